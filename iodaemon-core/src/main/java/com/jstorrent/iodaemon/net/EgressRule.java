package com.jstorrent.iodaemon.net;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Where clients may connect and send to (docs/PROTOCOL.md § 8): everywhere but the daemon's own port,
 * or only to public addresses. It looks at addresses, after names are resolved, so no name can hide
 * one. Thread-safe.
 */
final class EgressRule {
  private static final int IPV4_BYTES = 4;

  /** RFC 8215: where the IPv4 address stands in it is a local matter. */
  private static final String LOCAL_NAT64 = "0064ff9b0001";

  /** The ways to write an IPv4 address as an IPv6 one that some system may route to it. */
  private static final List<Embedding> EMBEDDINGS =
      List.of(
          new Embedding("0".repeat(24), 12), // IPv4-compatible, RFC 4291 § 2.5.5.1
          new Embedding("0064ff9b" + "0".repeat(16), 12), // NAT64, RFC 6052
          new Embedding("2002", 2)); // 6to4, RFC 3056

  private final boolean denyPrivate;
  private final Set<Integer> ownPorts = ConcurrentHashMap.newKeySet();

  /** An IPv4 address, at an offset in bytes, behind a prefix in hex. */
  private record Embedding(String prefix, int offset) {
    boolean fits(byte[] address) {
      return HexFormat.of().formatHex(address).startsWith(prefix);
    }
  }

  /**
   * @param denyPrivate whether addresses that are not public are out of bounds
   */
  EgressRule(boolean denyPrivate) {
    this.denyPrivate = denyPrivate;
  }

  /** The daemon listens on this port of the loopback interface. */
  void protectPort(int port) {
    ownPorts.add(port);
  }

  boolean allowsTcp(InetAddress address, int port) {
    boolean ownPort =
        ownPorts.contains(port) && (address.isLoopbackAddress() || address.isAnyLocalAddress());
    return !ownPort && allowsUdp(address);
  }

  boolean allowsUdp(InetAddress address) {
    return !denyPrivate || isPublic(address);
  }

  private static boolean isPublic(InetAddress address) {
    if (address.isAnyLocalAddress()
        || address.isLoopbackAddress()
        || address.isLinkLocalAddress()
        || address.isSiteLocalAddress()
        || address.isMulticastAddress()) {
      return false;
    }
    byte[] bytes = address.getAddress();
    return bytes.length == IPV4_BYTES ? isPublicIpv4(bytes) : isPublicIpv6(bytes);
  }

  /** Beside what the JDK knows: this network, carriers' NAT, benchmarks, broadcast (RFC 6890). */
  private static boolean isPublicIpv4(byte[] bytes) {
    int first = Byte.toUnsignedInt(bytes[0]);
    int second = Byte.toUnsignedInt(bytes[1]);
    return first != 0
        && first < 240
        && !(first == 100 && second >= 64 && second < 128)
        && !(first == 192 && second == 0 && bytes[2] == 0)
        && !(first == 198 && (second == 18 || second == 19));
  }

  /** Beside what the JDK knows: unique local addresses (RFC 4193). */
  private static boolean isPublicIpv6(byte[] bytes) {
    if ((bytes[0] & 0xfe) == 0xfc || HexFormat.of().formatHex(bytes).startsWith(LOCAL_NAT64)) {
      return false;
    }
    for (Embedding embedding : EMBEDDINGS) {
      if (embedding.fits(bytes)) {
        return isPublic(ipv4(bytes, embedding.offset()));
      }
    }
    return true;
  }

  private static InetAddress ipv4(byte[] bytes, int offset) {
    try {
      return InetAddress.getByAddress(Arrays.copyOfRange(bytes, offset, offset + IPV4_BYTES));
    } catch (UnknownHostException e) {
      throw new AssertionError("Four bytes are an address.", e);
    }
  }
}
