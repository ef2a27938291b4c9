package com.jstorrent.iodaemon.ws;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.testkit.time.ManualClock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** PROTOCOL.md § 4.12, "two missed pongs", with a clock that the test advances. */
@Timeout(600)
class HeartbeatTest {
  private static final Duration INTERVAL = Duration.ofSeconds(20);

  private static final int PING_BYTES = 2;

  private enum Event {
    PING,
    DEAD
  }

  private final ManualClock clock = new ManualClock();
  private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
  private volatile long written;
  private volatile OptionalLong unread = OptionalLong.empty();
  private final Heartbeat heartbeat =
      new Heartbeat(
          INTERVAL,
          clock,
          new Heartbeat.Link() {
            @Override
            public void ping() {
              events.add(Event.PING);
            }

            @Override
            public long bytesWritten() {
              return written;
            }

            @Override
            public OptionalLong bytesUnread() {
              return unread;
            }

            @Override
            public void dead() {
              events.add(Event.DEAD);
            }
          });

  /** A client that sends bytes when the test says so, and a thread that reads them. */
  private final class Client {
    private final BlockingQueue<Integer> said = new LinkedBlockingQueue<>();
    private final BlockingQueue<Boolean> waits = new LinkedBlockingQueue<>();
    private final WebSocketReader.Source heard = heartbeat.observe(this::read);

    private int read(ByteBuffer into) throws IOException {
      waits.add(true);
      try {
        return said.take();
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
    }

    /** Makes the daemon wait for bytes until {@link #sends}. */
    void awaitReading() throws InterruptedException {
      Thread.ofVirtual().start(() -> read());
      waits.take();
    }

    private void read() {
      try {
        heard.read(ByteBuffer.allocate(1));
        waits.add(false);
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }

    void sends() throws InterruptedException {
      said.add(1);
      assertThat(waits.take()).isFalse();
    }
  }

  private Event afterAnInterval() throws InterruptedException {
    clock.advance(INTERVAL);
    Event event = events.poll(60, TimeUnit.SECONDS);
    if (event == Event.PING) {
      heartbeat.writing();
      heartbeat.written();
    }
    return event;
  }

  @Test
  void twoUnansweredPingsEndTheConnection() throws Exception {
    new Client().awaitReading();
    assertThat(afterAnInterval()).isEqualTo(Event.PING);
    assertThat(afterAnInterval()).isEqualTo(Event.PING);
    clock.advance(INTERVAL.minusNanos(1));
    assertThat(events).isEmpty();
    clock.advance(Duration.ofNanos(1));
    assertThat(events.take()).isEqualTo(Event.DEAD);
  }

  @Test
  void aClientThatAnswersStaysConnected() throws Exception {
    Client client = new Client();
    for (int i = 0; i < 1000; i++) {
      client.awaitReading();
      assertThat(afterAnInterval()).isEqualTo(Event.PING);
      client.sends();
    }
  }

  @Test
  void aPongThatArrivesBeforeTheWriteOfItsPingReturnsCounts() throws Exception {
    Client client = new Client();
    client.awaitReading();
    for (int i = 0; i < 10; i++) {
      clock.advance(INTERVAL);
      assertThat(events.take()).isEqualTo(Event.PING);
      heartbeat.writing();
      client.sends();
      client.awaitReading();
      heartbeat.written();
    }
  }

  @Test
  void aLatePongResetsTheCount() throws Exception {
    Client client = new Client();
    for (int i = 0; i < 10; i++) {
      client.awaitReading();
      assertThat(afterAnInterval()).isEqualTo(Event.PING);
      assertThat(afterAnInterval()).isEqualTo(Event.PING);
      client.sends();
    }
  }

  @Test
  void aPingThatCouldNotBeWrittenDoesNotCount() throws Exception {
    new Client().awaitReading();
    clock.advance(INTERVAL);
    assertThat(events.take()).isEqualTo(Event.PING);
    clock.advance(INTERVAL.multipliedBy(1000));
    assertThat(events).as("one waits").isEmpty();
    heartbeat.writing();
    heartbeat.written();
    assertThat(afterAnInterval()).isEqualTo(Event.PING);
    assertThat(afterAnInterval()).isEqualTo(Event.DEAD);
  }

  @Test
  void withoutAReaderNoPongIsMissed() throws Exception {
    for (int i = 0; i < 10; i++) {
      assertThat(afterAnInterval()).isEqualTo(Event.PING);
    }
    new Client().awaitReading();
    assertThat(afterAnInterval()).as("the last ping was written before").isEqualTo(Event.PING);
    assertThat(afterAnInterval()).isEqualTo(Event.PING);
    assertThat(afterAnInterval()).isEqualTo(Event.DEAD);
  }

  @Test
  void aClientStillReadingEarlierBytesMissesNoPong() throws Exception {
    new Client().awaitReading();
    int perInterval = 8_000 * 20;
    written = 4_000_000;
    for (long read = 0; read < 4_000_000; read += perInterval) {
      unread = OptionalLong.of(written - read);
      assertThat(afterAnInterval()).isEqualTo(Event.PING);
      written += PING_BYTES;
      unread = OptionalLong.of(written - read);
    }
    assertThat(afterAnInterval()).isEqualTo(Event.PING);
    assertThat(afterAnInterval()).as("it has stopped reading").isEqualTo(Event.DEAD);
  }

  @Test
  void aClientThatReadsPingsWithoutAnsweringIsDead() throws Exception {
    new Client().awaitReading();
    for (int i = 0; i < 2; i++) {
      written += PING_BYTES;
      unread = OptionalLong.of(0);
      assertThat(afterAnInterval()).isEqualTo(Event.PING);
    }
    assertThat(afterAnInterval()).isEqualTo(Event.DEAD);
  }

  @Test
  void aHungClientWhoseKernelReceivesPingsIsDead() throws Exception {
    new Client().awaitReading();
    for (int i = 0; i < 2; i++) {
      written += PING_BYTES;
      unread = OptionalLong.of(written);
      assertThat(afterAnInterval()).isEqualTo(Event.PING);
    }
    assertThat(afterAnInterval()).isEqualTo(Event.DEAD);
  }

  @Test
  void anEndedConnectionIsNotPinged() {
    heartbeat.stop();
    clock.advance(INTERVAL.multipliedBy(10));
    assertThat(events).isEmpty();
  }
}
