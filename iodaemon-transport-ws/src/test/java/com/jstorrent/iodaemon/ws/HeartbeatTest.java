package com.jstorrent.iodaemon.ws;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.testkit.ManualClock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** PROTOCOL.md § 4.12, "two missed pongs", with a clock that the test turns by hand. */
class HeartbeatTest {
  private static final Duration INTERVAL = Duration.ofSeconds(20);

  private final ManualClock clock = new ManualClock();
  private final AtomicInteger pings = new AtomicInteger();
  private final AtomicInteger deaths = new AtomicInteger();
  private final Heartbeat heartbeat =
      new Heartbeat(
          INTERVAL, clock, pings::incrementAndGet, deaths::incrementAndGet);

  private void tickAndWrite() {
    clock.advance(INTERVAL);
    heartbeat.written();
  }

  @Test
  void twoUnansweredPingsEndTheConnection() {
    tickAndWrite();
    tickAndWrite();
    assertThat(deaths).hasValue(0);
    tickAndWrite();
    assertThat(pings).hasValue(2);
    assertThat(deaths).hasValue(1);
  }

  @Test
  void aClientThatAnswersLivesForEver() {
    for (int i = 0; i < 1000; i++) {
      tickAndWrite();
      heartbeat.heard();
    }
    assertThat(deaths).hasValue(0);
  }

  @Test
  void aPingThatCouldNotBeWrittenSaysNothing() {
    for (int i = 0; i < 1000; i++) {
      clock.advance(INTERVAL);
    }
    assertThat(pings).as("one waits").hasValue(1);
    assertThat(deaths).hasValue(0);
    heartbeat.written();
    tickAndWrite();
    clock.advance(INTERVAL);
    assertThat(deaths).hasValue(1);
  }
}
