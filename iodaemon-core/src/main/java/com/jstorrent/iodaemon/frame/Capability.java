package com.jstorrent.iodaemon.frame;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a client may ask for in CLIENT_HELLO beyond the contract that old clients know (PROTOCOL.md
 * § 9). Without it nothing of it ever shows.
 */
public enum Capability {
  /** A peer that ends its side does not end the socket; the client may end its side alone. */
  HALFCLOSE,
  /** The client grants how many bytes of each socket may be sent to it. */
  CREDIT,
  /** A lost connection keeps its sockets for a while, and another one goes on with them. */
  RESUME,
  /** On {@code /control}: statistics every second. */
  STATS;

  /** Whether it is for {@code /control}; the others are for {@code /io}. */
  public boolean isForControl() {
    return this == STATS;
  }

  /** The name in the list {@code caps}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The capability of this name, or null when this daemon knows none. */
  public static @Nullable Capability of(String label) {
    for (Capability capability : values()) {
      if (capability.label().equals(label)) {
        return capability;
      }
    }
    return null;
  }
}
