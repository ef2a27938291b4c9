package com.jstorrent.iodaemon.promise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.jstorrent.iodaemon.IoDaemon;
import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.testkit.Peer;
import com.jstorrent.iodaemon.testkit.TestClient;
import com.jstorrent.iodaemon.testkit.TestDaemon;
import com.jstorrent.iodaemon.testkit.TestTls;
import com.jstorrent.iodaemon.testkit.TlsWire;
import com.jstorrent.iodaemon.testkit.time.ManualClock;
import com.jstorrent.iodaemon.transport.kernel.KernelQueues;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * PROTOCOL.md § 4.6: the socket of a peer is closed when the peer reads nothing for 10 s, or leaves a
 * frame waiting for 30 s; with a manual clock.
 */
@Timeout(600)
class Promise06StallTest {
  private static final int MIB = 1 << 20;
  private static final Duration STEP = Duration.ofMillis(500);
  private static final Duration STALL = Limits.DEFAULT.sendStall();
  private static final Duration ROOM = Limits.DEFAULT.sendRoom();

  private static final int WAITS = 20;

  private final ManualClock clock = new ManualClock();
  private final Peer peer;
  private TestDaemon daemon;
  private TestClient client;

  Promise06StallTest() throws IOException {
    peer = Peer.open();
  }

  private void start(Limits limits) throws Exception {
    daemon =
        TestDaemon.start(
            IoDaemon.builder().limits(limits).clock(clock).trust(TestTls.trusting()));
    client = daemon.client();
  }

  @AfterEach
  void stop() throws IOException {
    client.close();
    daemon.close();
    peer.close();
  }

  private Socket connect(int id) throws Exception {
    client.connect(id, peer.port());
    return peer.accept();
  }

  private Socket connect(int id, boolean secure) throws Exception {
    Socket socket = connect(id);
    if (secure) {
      FutureTask<TlsWire> wire = new FutureTask<>(() -> TlsWire.accept(socket, "TLSv1.3"));
      Thread.ofVirtual().start(wire);
      client.send(new ClientFrame.TcpSecure(6, id, false, TestTls.HOST));
      DaemonFrame answer;
      while ((answer = client.poll(Limits.FIRST_EVENT_DELAY)) == null) {
        clock.advance(Limits.FIRST_EVENT_DELAY); // a new socket waits that long
      }
      assertThat(answer).isEqualTo(new DaemonFrame.TcpSecured(6, id, 0));
      wire.get();
    }
    return socket;
  }

  /** Sends this many frames on another thread. */
  private CompletableFuture<Void> send(int id, int frameBytes, int frames) {
    byte[] data = Peer.bytes(id, frameBytes);
    return CompletableFuture.runAsync(
        () -> {
          try {
            for (int sent = 0; sent < frames; sent++) {
              client.sendData(id, data);
            }
          } catch (IOException e) {
            throw new AssertionError(e);
          }
        },
        task -> Thread.ofVirtual().start(task));
  }

  /** Waits until the client waits for room, having checked its peers at the current time. */
  private void awaitCheck() {
    TestDaemon.await("a client that waits", clock::holdsUp);
  }

  /** Lets time pass; the waiting client checks its peers at each step. */
  private void pass(Duration time) {
    for (Duration passed = Duration.ZERO; passed.compareTo(time) < 0; passed =
        passed.plus(STEP)) {
      awaitCheck();
      clock.advance(STEP);
    }
    awaitCheck();
  }

  /**
   * Asserts that one socket is closed after this time. The system may make room for more bytes by
   * itself, which restarts the wait, and on a slow machine does so late by this clock; so there is time
   * for several waits.
   */
  private void assertStalled(int id, Duration time) throws Exception {
    long latest = clock.nanoTime() + time.multipliedBy(WAITS).toNanos();
    while (stalls() == 0) {
      assertThat(clock.nanoTime()).isLessThan(latest);
      clock.advance(STEP);
      TestDaemon.await("a check, or the end", () -> clock.holdsUp() || stalls() > 0);
    }
    assertThat(client.next()).isEqualTo(new DaemonFrame.TcpClosed(0, id, 105));
    assertThat(stalls()).isEqualTo(1);
  }

  private long stalls() {
    return daemon.stats().get(Counter.SEND_STALLS);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aPeerThatReadsNothingIsClosedAfterTenSeconds(boolean secure) throws Exception {
    start(Limits.DEFAULT);
    connect(1, secure);
    CompletableFuture<Void> sender = send(1, MIB, 64);
    pass(STALL.minus(STEP));
    assertThat(stalls()).isZero();
    assertStalled(1, STALL);
    sender.join();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aPeerThatReadsSingleBytesHasThirtySecondsToMakeRoom(boolean secure) throws Exception {
    assumeTrue(KernelQueues.areKnown(), "Skipped: this system does not tell what peers take.");
    start(Limits.DEFAULT);
    Socket slow = connect(1, secure);
    CompletableFuture<Void> sender = send(1, MIB, 64);
    for (int round = 0; round < 3; round++) {
      pass(STALL.minus(STEP.multipliedBy(2)));
      assertThat(slow.getInputStream().read()).isNotNegative();
    }
    pass(ROOM.minus(STALL.minus(STEP.multipliedBy(2)).multipliedBy(3)).minus(STEP));
    assertThat(stalls()).isZero();
    assertStalled(1, ROOM);
    sender.join();
  }

  /** Making room for a frame takes ten and a half seconds at this rate. */
  @Test
  void aPeerThatReads400KilobytesASecondGetsFramesOf4Mebibytes() throws Exception {
    start(Limits.DEFAULT);
    Socket slow = connect(1);
    int frame = 4 * MIB;
    int total = 10 * frame;
    CompletableFuture<Void> sender = send(1, frame, total / frame);
    byte[] data = Peer.bytes(1, frame);
    long mostInSystem = 0;
    for (int got = 0; got < total;) {
      byte[] part = slow.getInputStream().readNBytes(Math.min(400_000, total - got));
      for (int i = 0; i < part.length; i++) {
        if (part[i] != data[(got + i) % frame]) {
          throw new AssertionError("Wrong byte at " + (got + i));
        }
      }
      got += part.length;
      mostInSystem = Math.max(mostInSystem, sent() - got);
      awaitInSystem(mostInSystem - 4 * MIB + got, sender);
      for (int steps = 0; steps < 2; steps++) {
        TestDaemon.await("a check, or the end", () -> clock.holdsUp() || sender.isDone());
        clock.advance(STEP);
      }
    }
    sender.join();
    assertThat(stalls()).isZero();
    assertThat(daemon.stats().get(Counter.SEND_PAUSES)).isPositive();
  }

  private long sent() {
    return daemon.stats().get(Counter.BYTES_SENT);
  }

  /** Reading makes room in the buffers of the system: the clock must not run ahead of that. */
  private void awaitInSystem(long bytes, CompletableFuture<Void> sender) {
    TestDaemon.await("bytes written", () -> sent() >= bytes || sender.isDone());
  }

  @Test
  void overTheSessionLimitAPeerThatReadsNothingIsClosedBeforeASlowOne()
      throws Exception {
    assumeTrue(KernelQueues.areKnown(), "Skipped: this system does not tell what peers take.");
    start(
        Limits.builder()
            .socketQueueBytes(Limits.FRAME_BYTES)
            .sessionQueueBytes(Limits.FRAME_BYTES + 4L * MIB)
            .build());
    Socket slow = connect(1);
    connect(2);
    fillSystem(1);
    send(1, MIB / 4, 12 * 4).join();
    CompletableFuture<Void> sender = send(2, MIB / 4, 64 * 4);
    for (int round = 0; round < 5; round++) {
      pass(STEP.multipliedBy(4));
      assertThat(slow.getInputStream().read()).isNotNegative();
    }
    long latest = clock.nanoTime() + STALL.multipliedBy(WAITS).toNanos();
    for (int step = 0; stalls() == 0; step++) {
      assertThat(clock.nanoTime()).isLessThan(latest);
      if (step % 4 == 3) { // until the end: the system may restart the wait of the other one late
        assertThat(slow.getInputStream().read()).isNotNegative();
      }
      clock.advance(STEP);
      TestDaemon.await("a check, or the end", () -> clock.holdsUp() || stalls() > 0);
    }
    assertThat(client.next()).isEqualTo(new DaemonFrame.TcpClosed(0, 2, 105));
    assertThat(stalls()).isEqualTo(1);
    sender.join();
  }

  /** Sends until the buffers of the system are full. */
  private void fillSystem(int id) throws IOException {
    long before = daemon.stats().get(Counter.QUEUED_BYTES);
    while (daemon.stats().get(Counter.QUEUED_BYTES) - before < MIB) {
      client.sendData(id, new byte[MIB / 4]);
    }
  }
}
