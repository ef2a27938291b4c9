package com.jstorrent.iodaemon.frame;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;

/**
 * Addresses as text, wherever the daemon shows one: four decimal parts, or what RFC 5952 makes of
 * an IPv6 address. So one address has one text, and clients can compare.
 */
public final class AddressText {
  private static final int GROUPS = 8;
  private static final int MAPPED_GROUPS = 6;

  private AddressText() {}

  /**
   * With the zone (RFC 4007 § 11) where the address means nothing without it: a link-local one can be
   * answered only so.
   */
  public static String of(InetAddress address) {
    return address instanceof Inet6Address six && six.isLinkLocalAddress()
        ? withoutZone(six) + zone(six)
        : withoutZone(address);
  }

  /** For where the interface is told beside it. */
  public static String withoutZone(InetAddress address) {
    byte[] bytes = address.getAddress();
    return bytes.length == 4 ? dotted(bytes, 0) : ipv6(bytes);
  }

  /** With the port (RFC 5952 § 6). */
  public static String of(InetSocketAddress endpoint) {
    String address = of(endpoint.getAddress());
    return (address.indexOf(':') < 0 ? address : '[' + address + ']') + ':' + endpoint.getPort();
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
    int shown = mapped ? MAPPED_GROUPS : GROUPS;
    int gap = longestRunOfZeros(groups);
    int behindGap = gap < 0 ? -1 : gap + runOfZeros(groups, gap);
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < shown; i++) {
      if (i == gap) {
        text.append("::");
        i = behindGap - 1;
      } else {
        text.append(i == 0 || i == behindGap ? "" : ":").append(Integer.toHexString(groups[i]));
      }
    }
    return mapped ? text.append(':').append(dotted(bytes, 12)).toString() : text.toString();
  }

  /** RFC 5952 § 5: an IPv4 address that is known to be in it is written as one. */
  private static boolean isMapped(int[] groups) {
    return runOfZeros(groups, 0) == MAPPED_GROUPS - 1 && groups[MAPPED_GROUPS - 1] == 0xffff;
  }

  /** RFC 5952 § 4.2: where it begins, the first of several; -1 when none has two groups. */
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
