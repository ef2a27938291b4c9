package com.jstorrent.iodaemon.net.connect;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.StandardProtocolFamily;

/** Which peers a UDP socket can send to, by the address that it is bound to. */
public enum Reach {
  IPV4,
  IPV6,
  /** IPv6, and IPv4 in the form of IPv6 addresses (RFC 4291 § 2.5.5.2). */
  BOTH;

  public static Reach from(InetAddress bound) {
    if (bound instanceof Inet4Address) {
      return IPV4;
    }
    return bound.isAnyLocalAddress() ? BOTH : IPV6;
  }

  public StandardProtocolFamily family() {
    return this == IPV4 ? StandardProtocolFamily.INET : StandardProtocolFamily.INET6;
  }

  public boolean covers(InetAddress peer) {
    return this == BOTH || this == IPV4 == peer instanceof Inet4Address;
  }
}
