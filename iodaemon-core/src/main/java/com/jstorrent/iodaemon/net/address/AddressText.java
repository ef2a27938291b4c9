package com.jstorrent.iodaemon.net.address;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;

/**
 * Formats addresses: IPv4 in dotted decimals, IPv6 in the canonical form of RFC 5952. The daemon
 * uses it for all addresses that it shows, so each address has exactly one text and clients can
 * compare texts.
 */
public final class AddressText {
  private static final int GROUPS = 8;
  private static final int MAPPED_GROUPS = 6;

  private AddressText() {}

  /**
   * Formats an address, with the zone (RFC 4007 § 11) if it is link-local: without its zone it
   * cannot be replied to.
   */
  public static String of(InetAddress address) {
    return address instanceof Inet6Address six && six.isLinkLocalAddress()
        ? withoutZone(six) + zone(six)
        : withoutZone(address);
  }

  /** Formats an address without its zone, for places where the interface is given separately. */
  public static String withoutZone(InetAddress address) {
    byte[] bytes = address.getAddress();
    return bytes.length == 4 ? dotted(bytes, 0) : ipv6(bytes);
  }

  /** Formats an address with its port (RFC 5952 § 6). */
  public static String of(InetSocketAddress socketAddress) {
    String address = of(socketAddress.getAddress());
    return (address.indexOf(':') < 0 ? address : '[' + address + ']') + ':'
        + socketAddress.getPort();
  }

  private static String zone(Inet6Address address) {
    NetworkInterface scope = address.getScopedInterface();
    if (scope != null) {
      return '%' + scope.getName();
    }
    return address.getScopeId() > 0 ? "%" + address.getScopeId() : "";
  }

  private static String dotted(byte[] bytes, int from) {
    StringBuilder text = new StringBuilder();
    for (int i = from; i < from + 4; i++) {
      text.append(i == from ? "" : ".").append(Byte.toUnsignedInt(bytes[i]));
    }
    return text.toString();
  }

  private static String ipv6(byte[] bytes) {
    int[] groups = new int[GROUPS];
    for (int i = 0; i < GROUPS; i++) {
      groups[i] =
          Byte.toUnsignedInt(bytes[2 * i]) << Byte.SIZE | Byte.toUnsignedInt(bytes[2 * i + 1]);
    }
    boolean mapped = isMapped(groups);
    int groupsToShow = mapped ? MAPPED_GROUPS : GROUPS;
    int gap = longestRunOfZeros(groups);
    int afterGap = gap < 0 ? -1 : gap + runOfZeros(groups, gap);
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < groupsToShow; i++) {
      if (i == gap) {
        text.append("::");
        i = afterGap - 1;
      } else {
        text.append(i == 0 || i == afterGap ? "" : ":").append(Integer.toHexString(groups[i]));
      }
    }
    return mapped ? text.append(':').append(dotted(bytes, 12)).toString() : text.toString();
  }

  /** Whether this is an IPv4-mapped address, whose last part is written as IPv4 (RFC 5952 § 5). */
  private static boolean isMapped(int[] groups) {
    return runOfZeros(groups, 0) == MAPPED_GROUPS - 1 && groups[MAPPED_GROUPS - 1] == 0xffff;
  }

  /**
   * The start of the longest run of zeros, the first of equal ones, or -1 if none has two groups
   * (RFC 5952 § 4.2).
   */
  private static int longestRunOfZeros(int[] groups) {
    int best = -1;
    int longest = 1;
    for (int i = 0; i < GROUPS; i++) {
      int run = runOfZeros(groups, i);
      if (run > longest) {
        best = i;
        longest = run;
      }
    }
    return best;
  }

  private static int runOfZeros(int[] groups, int from) {
    int end = from;
    while (end < GROUPS && groups[end] == 0) {
      end++;
    }
    return end - from;
  }
}
