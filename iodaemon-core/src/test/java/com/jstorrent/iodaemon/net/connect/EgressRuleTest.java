package com.jstorrent.iodaemon.net.connect;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Inet6Address;
import java.net.InetAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which addresses the egress rule allows. */
class EgressRuleTest {
  private static final int OWN_PORT = 7800;

  private final EgressRule open = new EgressRule(false);
  private final EgressRule strict = new EgressRule(true);

  @ParameterizedTest
  @ValueSource(
      strings = {
          "127.0.0.1", "127.9.9.9", "0.0.0.0", "0.1.2.3", "10.0.0.1", "172.16.0.1",
          "172.31.255.255",
          "192.168.1.1", "169.254.169.254", "100.64.0.1", "100.127.255.255", "192.0.0.8",
          "198.18.0.1", "198.19.255.255", "224.0.0.251", "239.192.152.143", "240.0.0.1",
          "255.255.255.255", "::", "::1", "fe80::1", "fec0::1", "fc00::1", "fdff::1", "ff02::fb",
          "::ffff:10.0.0.1", "::10.0.0.1", "64:ff9b::127.0.0.1", "64:ff9b:1::8.8.8.8",
          "64:ff9b::c0a8:101",
          "2002:7f00:1::1", "2002:c0a8:101::",
          "192.0.2.1", "198.51.100.255", "203.0.113.7", "2001:db8::1", "3fff:fff::1",
          "2001:2::1", "2001:10::1", "2001:2f::1", "100::1", "5f00::1", "192.0.0.9",
          "::ffff:0:10.0.0.1", "::ffff:0:127.0.0.1", "64:ff9b:1:7f00:0:1::",
          // Teredo: through a private server, and to a client behind a private address
          "2001:0:c0a8:101::fefe:fefe", "2001:0:101:101::3f57:fefe",
          // ISATAP, of private and of global addresses
          "2606:4700::5efe:192.168.1.1", "2606:4700::200:5efe:10.0.0.1", "fe80::5efe:1.1.1.1"
      })
  void theStrictRuleRefuses(String address) throws Exception {
    assertThat(strict.allowsTcp(InetAddress.getByName(address), 80)).isFalse();
    assertThat(strict.allowsUdp(InetAddress.getByName(address))).isFalse();
    assertThat(open.allowsTcp(InetAddress.getByName(address), 80)).isTrue();
    assertThat(open.allowsUdp(InetAddress.getByName(address))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
          "1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.0.0.1",
          "128.0.0.1", "169.253.0.1", "172.15.255.255", "172.32.0.0", "192.0.1.1", "192.167.1.1",
          "198.17.0.1", "198.20.0.1", "223.255.255.255", "2606:4700::1111", "64:ff9b::1.1.1.1",
          "2002:101:101::1", "fbff::1", "fe00::1",
          "192.0.3.1", "2001:db7:ffff::1", "2001:db9::1", "3fff:1000::1", "2001:200::1",
          "::ffff:0:1.1.1.1", "::1.1.1.1", "2001:0:101:101::fefe:fefe",
          "2606:4700::5efe:1.1.1.1", "2606:4700::200:5efe:1.1.1.1", "2606:4700::100:5efe:10.0.0.1"
      })
  void theStrictRuleAllows(String address) throws Exception {
    assertThat(strict.allowsTcp(InetAddress.getByName(address), 80)).isTrue();
    assertThat(strict.allowsUdp(InetAddress.getByName(address))).isTrue();
  }

  @Test
  void anIpv4MappedAddressIsTreatedAsTheIpv4Address() throws Exception {
    assertThat(strict.allowsTcp(mapped(10, 0, 0, 1), 80)).isFalse();
    assertThat(strict.allowsTcp(mapped(1, 1, 1, 1), 80)).isTrue();
  }

  /** An IPv4-mapped address; without a zone the JDK would turn it into an IPv4 address. */
  private static InetAddress mapped(int... bytes) throws Exception {
    byte[] address = new byte[16];
    address[10] = address[11] = (byte) 0xff;
    for (int i = 0; i < bytes.length; i++) {
      address[12 + i] = (byte) bytes[i];
    }
    return Inet6Address.getByAddress(null, address, 1);
  }

  @Test
  void theDaemonsOwnPortIsRefusedEvenWithoutTheRule() throws Exception {
    open.protectPort(OWN_PORT);
    for (String name : new String[] {"127.0.0.1", "127.0.0.2", "0.0.0.0", "::1"}) {
      assertThat(open.allowsTcp(InetAddress.getByName(name), OWN_PORT)).as(name).isFalse();
      assertThat(open.allowsTcp(InetAddress.getByName(name), OWN_PORT + 1)).as(name).isTrue();
    }
    assertThat(open.allowsTcp(InetAddress.getByName("192.168.1.1"), OWN_PORT)).isTrue();
    assertThat(open.allowsUdp(InetAddress.getByName("127.0.0.1"))).isTrue();
  }
}
