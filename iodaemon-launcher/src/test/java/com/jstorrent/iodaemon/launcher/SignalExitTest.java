package com.jstorrent.iodaemon.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.launcher.SignalExit.Received;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** PROTOCOL.md § 1.4: which signal behind another one ends the process at once. */
class SignalExitTest {
  private static final long MILLI = 1_000_000;

  @ParameterizedTest(name = "{1} {2} ms after {0}: {3}")
  @CsvSource({
      "15, 15, 0,    false", "15, 15, 99,   false", "15, 15, 100,  true", "15, 15, 5000, true",
      "2,  2,  1,    false", "2,  2,  100,  true", "15, 2,  0,    true", "2,  15, 1,    true",
      "15, 1,  5000, false", "1,  1,  5000, false", "1,  15, 0,    true", "1,  2,  0,    true",
  })
  void theSameSignalRightBehindTheFirstWasPassedOnTwice(
      int first, int second, long millis, boolean endsAtOnce) {
    long start = Long.MAX_VALUE - MILLI; // such times may overflow
    Received earlier = new Received(first, start);
    assertThat(new Received(second, start + millis * MILLI).endsAtOnceAfter(earlier))
        .isEqualTo(endsAtOnce);
  }
}
