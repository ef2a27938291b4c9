/** The user's files: download roots, path safety in one class, positional reads and writes. */
@NullMarked
package com.jstorrent.iodaemon.file;

import org.jspecify.annotations.NullMarked;
