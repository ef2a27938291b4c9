package com.jstorrent.iodaemon.client.files;

/**
 * A file with the length that it is meant to have, such as one of a torrent.
 *
 * @param file which one; it may be shorter, or missing
 * @param length in bytes
 */
public record SizedFile(FileRef file, long length) {
  /**
   * @throws IllegalArgumentException when the length is negative
   */
  public SizedFile {
    if (length < 0) {
      throw new IllegalArgumentException("The length " + length + " must not be negative.");
    }
  }
}
