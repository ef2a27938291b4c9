package com.jstorrent.iodaemon.access;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.config.AllowedOrigins;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** PROTOCOL.md § 2. */
class AccessPolicyTest {
  private static final int PORT = 7800;

  private final AccessPolicy strict =
      policy(Set.of("chrome-extension://abc", "https://jstorrent.com"), false);
  private final AccessPolicy development = policy(Set.of(), true);

  private static AccessPolicy policy(Set<String> origins, boolean anyLocal) {
    return new AccessPolicy("token", new AllowedOrigins(origins, anyLocal), Duration.ZERO, () -> 0);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
          "127.0.0.1", "localhost", "[::1]", "127.0.0.1:7800", "LOCALHOST:7800", "[::1]:7800"
      })
  void namesOfThisMachineAreAllowedAsHost(String host) {
    assertThat(strict.hostAllowed(host, PORT)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
          "", "evil.test", "evil.test:7800", "127.0.0.1.evil.test", "localhost.evil.test:7800",
          "127.0.0.1:7801", "localhost:", "127.0.0.1:7800:7800", "127.0.0.2", "0.0.0.0", "::1",
          "127.0.0.1:07800", "[::1", "localhost:7800@evil.test"
      })
  void otherHostsAreNot(String host) {
    assertThat(strict.hostAllowed(host, PORT)).isFalse();
  }

  @Test
  void aMissingHostIsNotAllowed() {
    assertThat(strict.hostAllowed(null, PORT)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
          "chrome-extension://abc", "https://jstorrent.com", "http://127.0.0.1:7800",
          "http://localhost:7800"
      })
  void listedOriginsAndOurOwnAreAllowed(String origin) {
    assertThat(strict.originAllowed(origin, PORT)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
          "null", "*", "", "https://jstorrent.com.evil.test", "https://jstorrent.com:443",
          "chrome-extension://abcd", "http://localhost:3000", "http://localhost.evil.test:7800",
          "https://localhost:7800", "http://jstorrent.com"
      })
  void otherOriginsAreNot(String origin) {
    assertThat(strict.originAllowed(origin, PORT)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://localhost:3000", "http://127.0.0.1:1"})
  void anyLocalPortIsAllowedInDevelopment(String origin) {
    assertThat(development.originAllowed(origin, PORT)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
          "null", "http://localhost", "http://localhost:", "http://localhost:3000.evil.test",
          "http://localhost:3000/", "http://localhost:999999", "http://localhost.evil.test:80"
      })
  void nothingElseIsAllowedInDevelopment(String origin) {
    assertThat(development.originAllowed(origin, PORT)).isFalse();
  }

  @Test
  void onlyTheWholeTokenMatches() {
    assertThat(strict.tokenMatches("token")).isTrue();
    for (String wrong : new String[] {"", "toke", "tokens", "TOKEN", "token\0"}) {
      assertThat(strict.tokenMatches(wrong)).isFalse();
    }
    assertThat(strict.tokenMatches(null)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"schl\u00fcssel", "\u9375", "my secret"})
  void aHeaderMayHaveTheTokenInUtf8(String token) {
    AccessPolicy policy =
        new AccessPolicy(token, new AllowedOrigins(Set.of(), true), Duration.ZERO, () -> 0);
    String asRead = new String(token.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    assertThat(policy.headerMatches(asRead)).isTrue();
    assertThat(policy.headerMatches(asRead + "x")).isFalse();
    assertThat(policy.headerMatches(null)).isFalse();
  }

  @Test
  void aHeaderMayHaveTheTokenInIso88591() {
    AccessPolicy policy =
        new AccessPolicy(
            "schl\u00fcssel", new AllowedOrigins(Set.of(), true), Duration.ZERO, () -> 0);
    assertThat(policy.headerMatches("schl\u00fcssel")).isTrue();
  }
}
