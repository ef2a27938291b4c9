/**
 * Files, hashes and streams of a daemon over HTTP (PROTOCOL.md § 5). Begin with {@link
 * com.jstorrent.iodaemon.client.files.FilesClient}.
 */
@NullMarked
package com.jstorrent.iodaemon.client.files;

import org.jspecify.annotations.NullMarked;
