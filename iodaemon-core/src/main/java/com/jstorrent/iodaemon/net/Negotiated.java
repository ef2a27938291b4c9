package com.jstorrent.iodaemon.net;

import com.jstorrent.iodaemon.frame.Capability;
import java.util.Set;

/** The capabilities of one connection: none, until its CLIENT_HELLO has asked for some. */
final class Negotiated {
  private volatile Set<Capability> capabilities = Set.of();

  void set(Set<Capability> asked) {
    capabilities = Set.copyOf(asked);
  }

  boolean has(Capability capability) {
    return capabilities.contains(capability);
  }
}
