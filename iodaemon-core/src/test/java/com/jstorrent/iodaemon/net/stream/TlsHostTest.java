package com.jstorrent.iodaemon.net.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import javax.net.ssl.SNIServerName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which name goes into SNI, and what compares it with the certificate. */
class TlsHostTest {

  @ParameterizedTest
  @CsvSource({
      "localhost, localhost", "localhost., localhost", "a_b.example, a_b.example",
      "a_b.example., a_b.example", "_sip._tcp.example, _sip._tcp.example",
      "-foo.example, -foo.example", "foo-.example, foo-.example", "A-.Example, A-.Example",
      "a--b.example, a--b.example", "xn--bcher-kva.example, xn--bcher-kva.example",
      "bücher.example, xn--bcher-kva.example", "BÜCHER.example, xn--bcher-kva.example",
      "ü_b.example, xn--_b-wka.example", "a+b.example, a+b.example", "*.example, *.example"
  })
  void sniHasTheNameInAscii(String host, String asked) {
    assertThat(TlsHost.of(host).asked())
        .extracting(SNIServerName::getEncoded)
        .containsExactly(asked.getBytes(StandardCharsets.US_ASCII));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
          "127.0.0.1", "127.0.0.1.", "256.1.1.1", "1.2", "::1", "[::1]", "fe80::1%eth0",
          "[fe80::1%2]", "::ffff:1.2.3.4", "[::1", "a:b", "", ".", "..", "a..b", ".a", "a..",
          "a b", " ", "a/b", "a@b", "a%b", "[a]", "a\u0000b", "a\nb", "a\u007fb", "\u202e",
          "\ufffd.example"
      })
  void addressesAndInvalidNamesAreNotSentAsSni(String host) {
    assertThat(TlsHost.of(host).asked()).isEmpty();
  }

  @Test
  void namesAreLimitedToTheLengthsOfTheDns() {
    assertThat(TlsHost.of("a".repeat(63) + ".example").asked()).hasSize(1);
    assertThat(TlsHost.of("a".repeat(64) + ".example").asked()).isEmpty();
    assertThat(TlsHost.of("a_b.".repeat(63) + "c").asked()).as("253 bytes").hasSize(1);
    assertThat(TlsHost.of("a_b.".repeat(63) + "cd").asked()).as("254 bytes").isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
      "localhost, false", "a.example., false", "bücher.example, false", "127.0.0.1, false",
      "[::1], false", "a..b, false", "a b, false", "a_b.example, true", "-a.example, true",
      "a-.example., true", "ü_b.example, true"
  })
  void theJdkComparesTheNamesThatItSupports(String host, boolean unknown) {
    assertThat(TlsHost.of(host).unknownToJdk()).isEqualTo(unknown);
  }

  @ParameterizedTest
  @CsvSource({
      "::1, ::1", "[::1], ::1", "[fe80::1%eth0], fe80::1", "fe80::1%2, fe80::1",
      "a_b.example., a_b.example", "'', ''"
  })
  void bracketsAndZonesAreLeftOutOfTheComparison(String host, String name) {
    assertThat(TlsHost.of(host).name()).isEqualTo(name);
  }

  @ParameterizedTest
  @CsvSource({
      "a_b.example, A_B.example, true", "a_b.example, a_c.example, false",
      "a_b.wild.example, *.wild.example, true", "x.a_b.wild.example, *.wild.example, false",
      "wild_.example, *.example, false", "a_b, *, false", "a_b.example, *, false",
      "a_b.wild.example, a*.wild.example, false", "_.wild.example, *.wild.example, true",
      "a_b.wild.example, *.Wild.Example, true", "-wild.example, *.wild.example, false",
      ".wild.example, *.wild.example, false", "a_b.example, '', false",
      "a_b.example, a_b.example.evil.example, false", "a_b.co.example, *.*.example, false"
  })
  void aWildcardStandsForOneWholeLabel(String name, String pattern, boolean matches) {
    assertThat(TlsHost.matches(name, pattern)).isEqualTo(matches);
  }

  @Test
  void anyTextIsAcceptedWithoutAnException() {
    SplittableRandom random = new SplittableRandom(6066);
    String letters = "aZ0-_.:[]%*\u0000 ü\u3002\u0130\u200d\ud83d\ude00\u05d0\u0661xn--";
    for (int round = 0; round < 50_000; round++) {
      StringBuilder host = new StringBuilder();
      for (int length = random.nextInt(12); length > 0; length--) {
        host.append(letters.charAt(random.nextInt(letters.length())));
      }
      TlsHost made = TlsHost.of(host.toString());
      assertThat(made.asked().size()).as(host.toString()).isLessThanOrEqualTo(1);
      made.unknownToJdk();
    }
  }
}
