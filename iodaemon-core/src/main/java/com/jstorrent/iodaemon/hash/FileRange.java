package com.jstorrent.iodaemon.hash;

import com.jstorrent.iodaemon.file.LocatedFile;

/**
 * A range of bytes in a file.
 *
 * @param length in bytes; {@link #TO_THE_END} for everything from the offset on
 */
public record FileRange(LocatedFile file, long offset, long length) {
  /** The length that stands for everything from the offset on. */
  public static final long TO_THE_END = -1;
}
