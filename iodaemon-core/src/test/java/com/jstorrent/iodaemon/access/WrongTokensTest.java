package com.jstorrent.iodaemon.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** PROTOCOL.md § 2: three wrong tokens within a minute are answered at once. */
class WrongTokensTest {
  private static final Duration DELAY = Duration.ofSeconds(7);

  /** When wrong tokens come, in seconds, and which of them wait ("w"). */
  @ParameterizedTest
  @CsvSource({
      "0, .",
      "0 0 0, ...",
      "0 0 0 0 0, ...ww",
      "0 1 2 59, ...w",
      "0 1 2 60, ...w",
      "0 1 2 61, ....",
      "0 1 2 61 61 61, ....ww",
      "0 1 2 62 62 62 62, .....ww",
      "0 25 50 75 100 125, ......",
      "0 10 20 30 40 50 60 70 130, ...wwwww.",
      "0 1 2 3 4 64 64 64 64, ...ww..ww",
      "0 1 2 1000 1000 1000 1000, ......w",
  })
  void theFourthOfAMinuteWaits(String seconds, String expected) {
    for (long start : new long[] {0, -1, Long.MAX_VALUE - 1_000_000_000}) { // nanoTime wraps
      long[] now = {start};
      WrongTokens tokens = new WrongTokens(DELAY, () -> now[0]);
      List<String> waits = new ArrayList<>();
      Arrays.stream(seconds.split(" "))
          .forEach(
              second -> {
                now[0] = start + Duration.ofSeconds(Long.parseLong(second)).toNanos();
                Duration penalty = tokens.penalty();
                assertThat(penalty).isIn(Duration.ZERO, DELAY);
                waits.add(penalty.isZero() ? "." : "w");
              });
      assertThat(String.join("", waits)).as("from %d", start).isEqualTo(expected);
    }
  }
}
