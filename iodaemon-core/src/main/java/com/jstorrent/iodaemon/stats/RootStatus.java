package com.jstorrent.iodaemon.stats;

import com.jstorrent.iodaemon.config.DownloadRoot;
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
}
