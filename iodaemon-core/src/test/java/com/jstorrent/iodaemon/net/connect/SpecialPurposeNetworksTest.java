package com.jstorrent.iodaemon.net.connect;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** IANA's registries of special-purpose addresses: the first and the last address of each network. */
class SpecialPurposeNetworksTest {
  private static final String[] RESERVED = {
      "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
      "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15",
      "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
      "::/128", "::1/128", "64:ff9b:1::/48", "100::/64", "100:0:0:1::/64",
      "2001:1::/32", "2001:2::/48", "2001:10::/28", "2001:20::/28", "2001:30::/28",
      "2001:100::/24", "2001:db8::/32", "3ffe::/16", "3fff::/20", "5f00::/16", "fc00::/7",
      "fe80::/10", "fec0::/10", "ff00::/8"};

  /** Addresses in none of the networks, or in one that the registries call globally reachable. */
  private static final String[] PUBLIC = {
      "192.31.196.0/24", "192.52.193.0/24", "192.175.48.0/24", "64:ff9b:0:1::/64",
      "2001:3::/32", "2001:4:112::/48", "2001:200::/23", "2620:4f:8000::/48"};

  static Stream<String> reserved() {
    return Arrays.stream(RESERVED);
  }

  static Stream<String> open() {
    return Arrays.stream(PUBLIC);
  }

  @ParameterizedTest
  @MethodSource("reserved")
  void bothEndsOfAReservedNetworkAreInItAndItsNeighboursAreNot(String network) throws Exception {
    Ends ends = Ends.of(network);
    assertThat(isPublic(ends.first(), ends.length())).as("first").isFalse();
    assertThat(isPublic(ends.last(), ends.length())).as("last").isFalse();
    assertNeighbour(ends.first().subtract(BigInteger.ONE), ends.length());
    assertNeighbour(ends.last().add(BigInteger.ONE), ends.length());
  }

  @ParameterizedTest
  @MethodSource("open")
  void aNetworkThatIsGloballyReachableIsPublicAtBothEnds(String network) throws Exception {
    Ends ends = Ends.of(network);
    assertThat(isPublic(ends.first(), ends.length())).as("first").isTrue();
    assertThat(isPublic(ends.last(), ends.length())).as("last").isTrue();
  }

  /** Public, unless it is in the next reserved network, or in the rest of 2001::/23. */
  private static void assertNeighbour(BigInteger value, int length) throws Exception {
    if (value.signum() < 0 || value.bitLength() > length * Byte.SIZE) {
      return; // there is no neighbour
    }
    boolean elsewhere = Ends.of("2001::/23").holds(value, length);
    for (String network : RESERVED) {
      elsewhere |= Ends.of(network).holds(value, length);
    }
    if (!elsewhere) {
      assertThat(isPublic(value, length)).as(address(value, length).toString()).isTrue();
    }
  }

  private static boolean isPublic(BigInteger value, int length) throws UnknownHostException {
    return SpecialPurposeNetworks.isPublic(address(value, length).getAddress());
  }

  private static InetAddress address(BigInteger value, int length) throws UnknownHostException {
    byte[] bytes = value.toByteArray();
    byte[] padded = new byte[length];
    int count = Math.min(bytes.length, length);
    System.arraycopy(bytes, bytes.length - count, padded, length - count, count);
    return InetAddress.getByAddress(padded);
  }

  /** The first and the last address of a network, as numbers, and how many bytes they have. */
  private record Ends(BigInteger first, BigInteger last, int length) {
    static Ends of(String network) throws UnknownHostException {
      String[] parts = network.split("/");
      byte[] bytes = InetAddress.getByName(parts[0]).getAddress();
      BigInteger first = new BigInteger(1, bytes);
      int free = bytes.length * Byte.SIZE - Integer.parseInt(parts[1]);
      BigInteger size = BigInteger.ONE.shiftLeft(free);
      return new Ends(first, first.add(size).subtract(BigInteger.ONE), bytes.length);
    }

    boolean holds(BigInteger value, int bytes) {
      return bytes == length && value.compareTo(first) >= 0 && value.compareTo(last) <= 0;
    }
  }
}
