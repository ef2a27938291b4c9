package com.jstorrent.iodaemon.file;

import com.jstorrent.iodaemon.config.Limits;
import java.time.Instant;
import java.util.OptionalLong;

/**
 * The state of a download root.
 *
 * @param freeBytes the free space; empty when the root is not available
 * @param checked when the state was determined
 */
public record RootStatus(DownloadRoot root, OptionalLong freeBytes, Instant checked) {

  /** Whether the folder exists and its disk answers. */
  public boolean available() {
    return freeBytes.isPresent();
  }

  /** Whether it is available but has practically no free space. */
  public boolean full() {
    return available() && freeBytes.getAsLong() < Limits.ROOT_FULL_BYTES;
  }

  /** Whether clients are to be told of the difference to an earlier state of the same root. */
  boolean differsFrom(RootStatus earlier) {
    return available() != earlier.available() || full() != earlier.full();
  }
}
