package com.jstorrent.iodaemon.client.files;

import java.time.Instant;

/**
 * What a file or folder is.
 *
 * @param size in bytes
 * @param modified when it was changed last, in milliseconds
 * @param isFolder whether it is a folder
 * @param isFile whether it is a regular file
 */
public record FileStatus(long size, Instant modified, boolean isFolder, boolean isFile) {}
