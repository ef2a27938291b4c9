package com.jstorrent.iodaemon.hash;

import com.jstorrent.iodaemon.file.LocatedFile;

/**
 * Bytes of a file.
 *
 * @param length in bytes; negative for everything from the offset on
 */
public record FileRange(LocatedFile file, long offset, long length) {
  /** The length that stands for everything from the offset on. */
  public static final long TO_THE_END = -1;
}
