/**
 * Streaming of files that are still being downloaded: the session that downloads them is asked for
 * each range (PROTOCOL.md § 5.5).
 */
@NullMarked
package com.jstorrent.iodaemon.stream;

import org.jspecify.annotations.NullMarked;
