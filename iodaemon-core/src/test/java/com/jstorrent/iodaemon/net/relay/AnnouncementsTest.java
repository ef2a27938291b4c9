package com.jstorrent.iodaemon.net.relay;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.frame.FrameHeader;
import com.jstorrent.iodaemon.stats.live.Stats;
import com.jstorrent.iodaemon.testkit.time.ManualClock;
import com.jstorrent.iodaemon.transport.CloseReason;
import com.jstorrent.iodaemon.transport.FrameConnection;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * PROTOCOL.md § 4.2: when the first event of a socket may be sent, with a clock that the test advances.
 * The loop has ended, so that what is posted runs at once, on the test's thread.
 */
class AnnouncementsTest {
  private static final Duration DELAY = Limits.FIRST_EVENT_DELAY;
  private static final Duration INSTANT = Duration.ofNanos(1);

  private final List<String> events = new ArrayList<>();
  private final ManualClock clock = new ManualClock();
  private final FrameConnection connection = new Recorder();
  private final ClientWriter client =
      new ClientWriter(connection, new Stats(), clock, () -> {});
  private SelectorLoop loop;
  private Announcements announcements;

  @BeforeEach
  void start() throws IOException {
    loop = new SelectorLoop();
    loop.close();
    announcements = new Announcements(client, loop, clock);
  }

  private FirstEvent announced(int socketId) {
    FirstEvent first = new FirstEvent(announcements);
    first.announce(
        new DaemonFrame.TcpConnected(1, socketId, 0), () -> events.add("open " + socketId));
    return first;
  }

  @Test
  void aSocketIsReadWhenItsAnnouncementHasBeenWrittenForAWhile() {
    announced(7);
    clock.advance(DELAY);
    assertThat(events).as("nothing is written yet").containsExactly("send 7");
    announcements.flush();
    clock.advance(DELAY.minus(INSTANT));
    assertThat(events).containsExactly("send 7", "flush");
    clock.advance(INSTANT);
    assertThat(events).containsExactly("send 7", "flush", "open 7");
  }

  @Test
  void aFrameForTheSocketEndsTheDelayBehindTheWrite() {
    FirstEvent first = announced(7);
    announcements.flush();
    first.onClientFrame();
    assertThat(events).containsExactly("send 7", "flush", "open 7");
    first.onClientFrame();
    clock.advance(DELAY);
    assertThat(events).filteredOn("open 7"::equals).hasSize(1);
  }

  /** A client may send before it knows of the connection, and so before it listens. */
  @Test
  void aFrameThatComesBeforeTheWriteDoesNotEndTheDelay() {
    FirstEvent first = announced(7);
    first.onClientFrame();
    announcements.flush();
    assertThat(events).containsExactly("send 7", "flush");
    clock.advance(DELAY);
    assertThat(events).containsExactly("send 7", "flush", "open 7");
  }

  @Test
  void framesThatComeTogetherOpenTheSocketOnce() {
    FirstEvent first = announced(7);
    announcements.flush();
    loop.post(
        () -> {
          first.onClientFrame(); // what is posted within a task runs behind it
          first.onClientFrame();
        });
    assertThat(events).containsExactly("send 7", "flush", "open 7");
  }

  @Test
  void aFrameForOneSocketOpensNoOther() {
    FirstEvent first = announced(7);
    announced(8);
    announcements.flush();
    first.onClientFrame();
    assertThat(events).contains("open 7").doesNotContain("open 8");
  }

  @Test
  void eachSocketHasItsOwnDelay() {
    announced(7);
    announcements.flush();
    clock.advance(DELAY.minus(INSTANT));
    announced(8);
    announcements.flush();
    clock.advance(INSTANT);
    assertThat(events).contains("open 7").doesNotContain("open 8");
    clock.advance(DELAY);
    assertThat(events).endsWith("open 8");
  }

  @Test
  void reportsWaitForTheFirstEventAndComeBehindIt() {
    FirstEvent first = announced(7);
    first.whenAllowed(() -> events.add("report"));
    announcements.flush();
    clock.advance(DELAY);
    assertThat(events).endsWith("open 7", "report");
  }

  @Test
  void nothingWaitsBeforeAnAnnouncementOrAfterTheDelay() {
    new FirstEvent(announcements).whenAllowed(() -> events.add("before"));
    assertThat(events).containsExactly("before");
    FirstEvent first = announced(7);
    announcements.flush();
    first.onClientFrame();
    first.whenAllowed(() -> events.add("after"));
    assertThat(events).endsWith("open 7", "after");
  }

  @Test
  void anotherConnectionBeginsTheDelayAgain() {
    announced(7);
    announcements.flush();
    client.detach();
    clock.advance(DELAY);
    assertThat(events).as("the announcement may be lost").doesNotContain("open 7");
    announcements.restart();
    client.attach(connection);
    announcements.flush();
    clock.advance(DELAY.minus(INSTANT));
    assertThat(events).doesNotContain("open 7");
    clock.advance(INSTANT);
    assertThat(events).endsWith("open 7");
  }

  @Test
  void withoutAConnectionNoDelayBegins() {
    announced(7);
    client.detach();
    announcements.flush();
    client.attach(connection);
    clock.advance(DELAY);
    assertThat(events).containsExactly("send 7");
  }

  @Test
  void theEndLeavesNothingWaiting() {
    announced(7).whenAllowed(() -> events.add("report"));
    announcements.flush();
    announced(8);
    announcements.close();
    assertThat(events).contains("open 7", "report", "open 8");
  }

  /** Writes down the socket of each frame, and each flush. */
  private final class Recorder implements FrameConnection {
    @Override
    public int headroom() {
      return 0;
    }

    @Override
    public void send(ByteBuffer frame) {
      events.add("send " + FrameHeader.socketId(frame));
    }

    @Override
    public void flush() {
      events.add("flush");
    }

    @Override
    public void close(CloseReason reason) {}

    @Override
    public void abort() {}

    @Override
    public void probe() {}
  }
}
