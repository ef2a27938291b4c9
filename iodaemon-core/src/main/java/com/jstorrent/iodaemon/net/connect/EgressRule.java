package com.jstorrent.iodaemon.net.connect;

import java.net.InetAddress;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Where clients may connect and send to (PROTOCOL.md § 4.15): everywhere but the daemon's own port, or
 * only to public addresses. It checks addresses after names have been resolved, so no name can hide
 * one. Thread-safe.
 */
public final class EgressRule {
  private final boolean denyPrivate;
  private final Set<Integer> ownPorts = ConcurrentHashMap.newKeySet();

  /**
   * @param denyPrivate whether addresses that are not public are forbidden
   */
  public EgressRule(boolean denyPrivate) {
    this.denyPrivate = denyPrivate;
  }

  /** Forbids this port of the loopback interface, on which the daemon listens. */
  public void protectPort(int port) {
    ownPorts.add(port);
  }

  public boolean allowsTcp(InetAddress address, int port) {
    boolean ownPort =
        ownPorts.contains(port) && (address.isLoopbackAddress() || address.isAnyLocalAddress());
    return !ownPort && allowsUdp(address);
  }

  public boolean allowsUdp(InetAddress address) {
    return !denyPrivate || isPublic(address.getAddress());
  }

  private static boolean isPublic(byte[] address) {
    return SpecialPurposeNetworks.isPublic(address)
        && EmbeddedIpv4.of(address).stream().allMatch(SpecialPurposeNetworks::isPublic);
  }
}
