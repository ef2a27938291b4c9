package com.jstorrent.iodaemon.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.jstorrent.iodaemon.frame.Errno;
import java.net.URI;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Transitions of the client and of its connections, as tables. */
class StatesTest {

  @ParameterizedTest
  @CsvSource({
      "CONNECTED, LOST,    RESUMING",
      "CONNECTED, RESUMED, CONNECTED",
      "CONNECTED, ENDED,   CLOSED",
      "RESUMING,  LOST,    RESUMING",
      "RESUMING,  RESUMED, CONNECTED",
      "RESUMING,  ENDED,   CLOSED",
      "CLOSED,    LOST,    CLOSED",
      "CLOSED,    RESUMED, CLOSED",
      "CLOSED,    ENDED,   CLOSED",
  })
  void client(ClientState from, ClientState.Event event, ClientState to) {
    assertThat(from.after(event)).isEqualTo(to);
  }

  @ParameterizedTest
  @CsvSource({
      "OPEN,        SHUTDOWN,      CLIENT_SHUT",
      "OPEN,        PEER_SHUTDOWN, PEER_SHUT",
      "OPEN,        CLOSE,         CLOSING",
      "OPEN,        END,           ENDED",
      "PEER_SHUT,   SHUTDOWN,      BOTH_SHUT",
      "PEER_SHUT,   PEER_SHUTDOWN, PEER_SHUT",
      "PEER_SHUT,   CLOSE,         CLOSING",
      "PEER_SHUT,   END,           ENDED",
      "CLIENT_SHUT, SHUTDOWN,      CLIENT_SHUT",
      "CLIENT_SHUT, PEER_SHUTDOWN, BOTH_SHUT",
      "CLIENT_SHUT, CLOSE,         CLOSING",
      "CLIENT_SHUT, END,           ENDED",
      "BOTH_SHUT,   SHUTDOWN,      BOTH_SHUT",
      "BOTH_SHUT,   PEER_SHUTDOWN, BOTH_SHUT",
      "BOTH_SHUT,   CLOSE,         CLOSING",
      "BOTH_SHUT,   END,           ENDED",
      "CLOSING,     SHUTDOWN,      CLOSING",
      "CLOSING,     PEER_SHUTDOWN, CLOSING",
      "CLOSING,     CLOSE,         CLOSING",
      "CLOSING,     END,           ENDED",
      "ENDED,       SHUTDOWN,      ENDED",
      "ENDED,       PEER_SHUTDOWN, ENDED",
      "ENDED,       CLOSE,         ENDED",
      "ENDED,       END,           ENDED",
  })
  void connection(TcpPhase from, TcpPhase.Event event, TcpPhase to) {
    assertThat(from.after(event)).isEqualTo(to);
  }

  @Test
  void thePausesDoubleUpToTheLongest() {
    BackOff backOff = new BackOff(Duration.ofMillis(50), Duration.ofSeconds(1));
    assertThat(backOff.before(0, 1)).isEqualTo(Duration.ZERO);
    assertThat(backOff.before(1, 1)).isEqualTo(Duration.ofMillis(50));
    assertThat(backOff.before(2, 1)).isEqualTo(Duration.ofMillis(100));
    assertThat(backOff.before(2, 0)).isEqualTo(Duration.ofMillis(50));
    assertThat(backOff.before(100_000, 1)).isEqualTo(Duration.ofSeconds(1));
    Duration ages = Duration.ofSeconds(Long.MAX_VALUE);
    assertThat(new BackOff(Duration.ofMillis(50), ages).before(1, 1))
        .isEqualTo(Duration.ofMillis(50));
    assertThat(new BackOff(ages, ages).before(1, 1)).isGreaterThan(Duration.ofDays(36_500));
    assertThatThrownBy(() -> new BackOff(Duration.ZERO, Duration.ofSeconds(1)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @CsvSource({
      "ws://127.0.0.1:1/io,  ws://127.0.0.1:1/io",
      "http://127.0.0.1:1,   ws://127.0.0.1:1/io",
      "http://localhost:1/,  ws://localhost:1/io",
      "ws://[::1]:1,         ws://[::1]:1/io",
  })
  void theAddressMayBeThatOfHttp(URI given, URI used) {
    assertThat(WebSocketConnector.address(given)).isEqualTo(used);
  }

  @ParameterizedTest
  @CsvSource({"127.0.0.1", "ftp://127.0.0.1:1", "ws://127.0.0.1", "ws:/io"})
  void anotherAddressIsRefused(URI given) {
    assertThatThrownBy(() -> WebSocketConnector.address(given))
        .hasMessage("The daemon's address must look like ws://127.0.0.1:port/io.");
  }

  @Test
  void everyErrnoHasItsOwnWords() {
    Set<String> words = new HashSet<>();
    for (Errno errno : Errno.values()) {
      String text = ErrnoText.of(errno.number());
      assertThat(text).endsWith(" (" + errno + ", " + errno.number() + ')');
      assertThat(words.add(text.substring(0, text.indexOf('(')))).isTrue();
    }
    assertThat(new IoErrnoException("It", 4711))
        .hasMessage("It failed: an error that this client does not know (errno 4711).")
        .extracting(IoErrnoException::errno)
        .isNull();
  }
}
