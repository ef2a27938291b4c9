package com.jstorrent.iodaemon.file;

import com.jstorrent.iodaemon.config.Limits;
import java.time.Instant;
import java.util.OptionalLong;

/**
 * A download root, and how it was found.
 *
 * @param freeBytes that may still be written to it; empty when it is not there
 * @param checked when that was
 */
public record RootStatus(DownloadRoot root, OptionalLong freeBytes, Instant checked) {

  /** Whether it is there. */
  public boolean available() {
    return freeBytes.isPresent();
  }

  /** Whether it is there and has no room to speak of. */
  public boolean full() {
    return available() && freeBytes.getAsLong() < Limits.ROOT_FULL_BYTES;
  }

  /** Whether a client would want to hear of the difference to an earlier look at the same root. */
  boolean differsFrom(RootStatus earlier) {
    return available() != earlier.available() || full() != earlier.full();
  }
}
