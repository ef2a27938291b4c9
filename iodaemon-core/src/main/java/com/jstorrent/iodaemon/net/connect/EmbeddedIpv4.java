package com.jstorrent.iodaemon.net.connect;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * The ways to write an IPv4 address as an IPv6 address: some system, here or on the way, may forward
 * what is sent to the IPv6 address to the IPv4 address. An IPv6 address that fits two of these forms
 * stands for both IPv4 addresses.
 */
enum EmbeddedIpv4 {
  COMPATIBLE("000000000000000000000000", 0, 12), // ::a.b.c.d, RFC 4291 § 2.5.5.1
  MAPPED("00000000000000000000ffff", 0, 12), // ::ffff:a.b.c.d, RFC 4291 § 2.5.5.2
  TRANSLATED("0000000000000000ffff0000", 0, 12), // ::ffff:0:a.b.c.d, RFC 2765 § 2.1
  NAT64("0064ff9b0000000000000000", 0, 12), // 64:ff9b::a.b.c.d, RFC 6052 § 2.1
  SIX_TO_FOUR("2002", 0, 2), // RFC 3056 § 2
  TEREDO_SERVER("20010000", 0, 4), // RFC 4380 § 4
  TEREDO_CLIENT("20010000", 0, 12) { // the same; its bits are inverted
    @Override
    byte[] extract(byte[] address) {
      byte[] inverted = super.extract(address);
      for (int i = 0; i < inverted.length; i++) {
        inverted[i] = (byte) ~inverted[i];
      }
      return inverted;
    }
  },
  ISATAP("00005efe", 8, 12), // in any network, RFC 5214 § 6.1
  ISATAP_OF_GLOBAL("02005efe", 8, 12);

  private static final int IPV4_BYTES = 4;
  private static final int IPV6_BYTES = 16;

  private final String mark; // in hex
  private final int markAt;
  private final int offset;

  EmbeddedIpv4(String mark, int markAt, int offset) {
    this.mark = mark;
    this.markAt = markAt;
    this.offset = offset;
  }

  /** Every IPv4 address that this address stands for; none if it is itself an IPv4 address. */
  static List<byte[]> of(byte[] address) {
    List<byte[]> found = new ArrayList<>();
    if (address.length == IPV6_BYTES) {
      for (EmbeddedIpv4 way : values()) {
        if (way.fits(address)) {
          found.add(way.extract(address));
        }
      }
    }
    return found;
  }

  private boolean fits(byte[] address) {
    return HexFormat.of().formatHex(address, markAt, markAt + mark.length() / 2).equals(mark);
  }

  byte[] extract(byte[] address) {
    return Arrays.copyOfRange(address, offset, offset + IPV4_BYTES);
  }
}
