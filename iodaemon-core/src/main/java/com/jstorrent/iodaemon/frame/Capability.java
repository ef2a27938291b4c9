package com.jstorrent.iodaemon.frame;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * An extension of the protocol that a client can request in CLIENT_HELLO (PROTOCOL.md § 9). Clients
 * that do not request it never notice it.
 */
public enum Capability {
  /**
   * Half-close: a peer's end of stream does not close the socket, and the client can end its own
   * side only.
   */
  HALFCLOSE,
  /** Flow control for each socket: both sides grant how many bytes may be sent to them. */
  CREDIT,
  /**
   * After a lost connection the sockets are kept for a while, and another connection can resume the
   * session.
   */
  RESUME,
  /** Statistics every second, on {@code /control}. */
  STATS;

  /** {@return whether it applies to {@code /control} rather than {@code /io}} */
  public boolean isForControl() {
    return this == STATS;
  }

  /** {@return the name in the list {@code caps} of the hello messages} */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * {@return the capability with this name, or null if it is unknown}
   *
   * @param label the name in {@code caps}
   */
  public static @Nullable Capability of(String label) {
    for (Capability capability : values()) {
      if (capability.label().equals(label)) {
        return capability;
      }
    }
    return null;
  }
}
