package com.jstorrent.iodaemon.net.connect;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** A network of addresses, of either family: those that begin with the same bits. Immutable. */
final class AddressPrefix {
  private final byte[] bytes;
  private final int bits;

  private AddressPrefix(byte[] bytes, int bits) {
    this.bytes = bytes;
    this.bits = bits;
  }

  /** From its usual notation (RFC 4632 § 3.1, RFC 4291 § 2.3): {@code 10.0.0.0/8}. */
  static AddressPrefix parse(String text) {
    int slash = text.indexOf('/');
    try {
      byte[] bytes = InetAddress.getByName(text.substring(0, slash)).getAddress();
      return new AddressPrefix(bytes, Integer.parseInt(text.substring(slash + 1)));
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("That is no network: " + text, e);
    }
  }

  int bits() {
    return bits;
  }

  boolean contains(byte[] address) {
    if (address.length != bytes.length) {
      return false;
    }
    int whole = bits / Byte.SIZE;
    for (int i = 0; i < whole; i++) {
      if (address[i] != bytes[i]) {
        return false;
      }
    }
    int remainder = bits % Byte.SIZE;
    return remainder == 0 || (address[whole] ^ bytes[whole]) >> (Byte.SIZE - remainder) == 0;
  }
}
