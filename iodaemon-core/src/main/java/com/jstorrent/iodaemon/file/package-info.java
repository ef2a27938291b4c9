/**
 * Files under the download roots: safe paths, open files and handles, positional reads and writes,
 * folders, renames and moves.
 */
@NullMarked
package com.jstorrent.iodaemon.file;

import org.jspecify.annotations.NullMarked;
