package com.jstorrent.iodaemon.client.report;

import java.time.Instant;
import java.util.OptionalLong;

/**
 * A download root.
 *
 * @param key names it in paths
 * @param displayName for users
 * @param isRemovable whether its disk may be taken away
 * @param availability whether it can be used
 */
public record RootInfo(
    String key, String displayName, boolean isRemovable, Availability availability) {

  /**
   * Whether a root can be used.
   *
   * @param now whether it could be used when the daemon looked
   * @param checked when it looked
   * @param freeBytes what is free on its disk; empty when that is not known
   */
  public record Availability(boolean now, Instant checked, OptionalLong freeBytes) {}
}
