package com.jstorrent.iodaemon.net.address;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.util.HexFormat;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** RFC 5952, rule by rule. */
class AddressTextTest {

  @ParameterizedTest
  @CsvSource({
      "0:0:0:0:0:0:0:0, ::", "0:0:0:0:0:0:0:1, ::1", "1:0:0:0:0:0:0:0, 1::",
      "2001:0db8:0000:0000:0001:0000:0000:0001, 2001:db8::1:0:0:1", // the first of two
      "2001:db8:0:0:1:0:0:0, 2001:db8:0:0:1::", // the longer of two
      "2001:DB8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1", // a single group of zeros stays
      "0:1:2:3:4:5:6:7, 0:1:2:3:4:5:6:7", "1:2:3:4:5:6:7:0, 1:2:3:4:5:6:7:0",
      "0:0:1:2:3:4:5:6, ::1:2:3:4:5:6", "1:2:3:4:5:6:0:0, 1:2:3:4:5:6::",
      "2001:db8:aaaa:bbbb:cccc:dddd:eeee:000F, 2001:db8:aaaa:bbbb:cccc:dddd:eeee:f",
      "64:ff9b:0:0:0:0:102:304, 64:ff9b::102:304", "::1.2.3.4, ::102:304",
      "::ffff:0:1.2.3.4, ::ffff:0:102:304", "fe80:0:0:0:a:b:c:d, fe80::a:b:c:d",
      "ff02::0:fb, ff02::fb", "127.0.0.1, 127.0.0.1", "255.0.10.200, 255.0.10.200",
      "::ffff:192.0.2.1, 192.0.2.1" // the JDK makes an IPv4 address of it
  })
  void anAddressHasOneText(String address, String text) throws Exception {
    assertThat(AddressText.of(InetAddress.getByName(address))).isEqualTo(text);
  }

  @Test
  void anIpv4MappedAddressEndsInDottedDecimals() throws Exception {
    assertThat(AddressText.of(six("00000000000000000000ffffc0000201", 1)))
        .isEqualTo("::ffff:192.0.2.1");
    assertThat(AddressText.of(six("00000000000000000000ffff00000000", 1)))
        .isEqualTo("::ffff:0.0.0.0");
  }

  @Test
  void onlyALinkLocalAddressShowsItsZone() throws Exception {
    assertThat(AddressText.of(six("fe800000000000000000000000000001", 7))).isEqualTo("fe80::1%7");
    assertThat(AddressText.of(six("20010db8000000000000000000000001", 7)))
        .isEqualTo("2001:db8::1");
    assertThat(AddressText.withoutZone(six("fe800000000000000000000000000001", 7)))
        .isEqualTo("fe80::1");
    assertThat(AddressText.of(InetAddress.getByName("fe80::1"))).isEqualTo("fe80::1");
  }

  @Test
  void aNamedZoneIsShownByName() throws Exception {
    for (NetworkInterface each : NetworkInterface.networkInterfaces().toList()) {
      for (InetAddress address : each.inetAddresses().toList()) {
        String zone = address.isLinkLocalAddress() && address instanceof Inet6Address
            ? '%' + each.getName()
            : "";
        assertThat(AddressText.of(address)).isEqualTo(AddressText.withoutZone(address) + zone);
      }
    }
  }

  @Test
  void anIpv6AddressWithAPortIsBracketed() throws Exception {
    assertThat(AddressText.of(new InetSocketAddress(InetAddress.getByName("0:0::1"), 80)))
        .isEqualTo("[::1]:80");
    assertThat(AddressText.of(new InetSocketAddress(six("fe800000000000000000000000000001", 2), 9)))
        .isEqualTo("[fe80::1%2]:9");
    assertThat(AddressText.of(new InetSocketAddress(InetAddress.getByName("10.0.0.1"), 80)))
        .isEqualTo("10.0.0.1:80");
  }

  @Test
  void everyTextParsesToItsAddress() throws Exception {
    SplittableRandom random = new SplittableRandom(5952);
    for (int round = 0; round < 10_000; round++) {
      byte[] bytes = new byte[16];
      for (int group = 0; group < 8; group++) {
        if (random.nextInt(3) == 0) {
          bytes[2 * group] = (byte) random.nextInt(256);
          bytes[2 * group + 1] = (byte) random.nextInt(256);
        }
      }
      InetAddress address = InetAddress.getByAddress(bytes);
      String text = AddressText.of(address);
      assertThat(InetAddress.getByName(text)).as(text).isEqualTo(address);
      assertThat(text).doesNotContain(":::")
          .doesNotContain("::0:")
          .doesNotContain(":0::")
          .isLowerCase();
    }
  }

  private static InetAddress six(String hex, int zone) throws Exception {
    return Inet6Address.getByAddress(null, HexFormat.of().parseHex(hex), zone);
  }
}
