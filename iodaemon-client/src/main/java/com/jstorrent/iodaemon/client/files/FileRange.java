package com.jstorrent.iodaemon.client.files;

/**
 * Some bytes of a file of a daemon.
 *
 * @param file which one
 * @param range which of its bytes
 */
public record FileRange(FileRef file, ByteRange range) {}
