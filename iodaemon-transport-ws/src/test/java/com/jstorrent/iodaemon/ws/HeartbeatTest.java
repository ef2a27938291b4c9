package com.jstorrent.iodaemon.ws;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** PROTOCOL.md § 4.12, "two missed pongs", with a clock that the test turns by hand. */
class HeartbeatTest {
  private final ScheduledExecutorService never = Executors.newSingleThreadScheduledExecutor();
  private final AtomicInteger pings = new AtomicInteger();
  private final AtomicInteger deaths = new AtomicInteger();
  private final Heartbeat heartbeat =
      new Heartbeat(
          Duration.ofDays(1), never, pings::incrementAndGet, deaths::incrementAndGet);

  @AfterEach
  void stop() {
    never.shutdownNow();
  }

  private void tickAndWrite() {
    heartbeat.tick();
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
      heartbeat.tick();
    }
    assertThat(pings).as("one waits").hasValue(1);
    assertThat(deaths).hasValue(0);
    heartbeat.written();
    tickAndWrite();
    heartbeat.tick();
    assertThat(deaths).hasValue(1);
  }
}
