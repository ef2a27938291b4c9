package com.jstorrent.iodaemon.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.jstorrent.iodaemon.client.ClientDaemon.Way;
import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.frame.FrameWriter;
import com.jstorrent.iodaemon.stats.Counter;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A client that cannot go on ends within the time that it was given, and leaves nothing behind in the daemon. */
@Timeout(120)
class EndedClientTest {
  private static final Duration LONG = Duration.ofMinutes(1);
  private static final Duration MIN_STEP = Duration.ofSeconds(5);
  private static final String WELCOME =
      "{\"caps\":[\"resume\"],\"ticket\":\"0123456789abcdef\",\"version\":\"1\",\"limits\":{\"resumeGraceSeconds\":600}}";

  /** Makes each connection as the test says, by its number. */
  private interface Connecting extends FrameLink.Connector {
    @Override
    default void close() {}
  }

  @ParameterizedTest
  @EnumSource
  void closingOnAnInterruptedThreadEndsTheSessionInTheDaemon(Way way) throws Exception {
    Limits patient = Limits.builder().resumeGrace(Duration.ofDays(1)).build();
    try (ClientDaemon daemon = ClientDaemon.start(patient)) {
      FutureTask<Boolean> closing =
          new FutureTask<>(
              () -> {
                IoClient client = daemon.client(way);
                client.listen("127.0.0.1", 0);
                Thread.currentThread().interrupt();
                client.close();
                return Thread.currentThread().isInterrupted();
              });
      Thread.ofVirtual().start(closing); // there an interrupt closes a socket that is read or written
      assertThat(closing.get()).as("still interrupted").isTrue();
      daemon.awaitStat(Counter.TCP_SERVERS, 0);
    }
  }

  /** Repeated, because the connection must not be cut before the answer is sent, which is another thread's work. */
  @RepeatedTest(20)
  void aCloseOfTheDaemonIsAnsweredBeforeTheConnectionEnds() throws Exception {
    try (WebSocketPeer daemon = new WebSocketPeer()) {
      FutureTask<IoClient> connecting =
          new FutureTask<>(() -> IoClient.connect(daemon.address(), "token"));
      Thread.ofVirtual().start(connecting);
      daemon.upgrade();
      daemon.write(binary(new DaemonFrame.ServerHello(1, WELCOME)));
      daemon.write(binary(new DaemonFrame.AuthResult(2, 0, "")));
      try (IoClient client = connecting.get()) {
        StateChange connected = client.stateChange();
        daemon.write(WebSocketPeer.frame(true, 8, (byte) (1001 >> 8), (byte) 1001));
        assertThat(connected.next(Duration.ZERO).state()).isEqualTo(ClientState.CLOSED);
        WebSocketPeer.Received frame = daemon.read();
        while (frame.opcode() != 8) {
          frame = daemon.read();
        }
        assertThat(daemon.ends()).isTrue();
      }
    }
  }

  private static byte[] binary(DaemonFrame frame) {
    ByteBuffer bytes = FrameWriter.write(frame, 0);
    byte[] payload = new byte[bytes.remaining()];
    bytes.get(payload);
    return WebSocketPeer.frame(true, 2, payload);
  }

  @Test
  void whoeverWritesWhileTheClientIsClosedIsToldSo() throws Exception {
    Outbox outbox = new Outbox(1000, 1000);
    outbox.start(new ScriptedLink(), false);
    CallTimeout forever = CallTimeout.of("Sending", Duration.ZERO);
    outbox.put(ByteBuffer.allocate(10), () -> true, forever);
    CompletableFuture<Boolean> draining =
        Async.async(
            () -> {
              outbox.drain(() -> new SocketException("closed"), forever);
              return true;
            });
    TestWait.until(() -> isClosed(outbox));
    assertThat(outbox.take().frame().remaining()).isEqualTo(10);
    CompletableFuture<Outbox.Outgoing> next = Async.async(outbox::take);
    assertThat(draining.get()).isTrue();
    outbox.fail(() -> new SocketException("over"));
    assertThat(next.get()).isNull();
  }

  @Test
  void aClientThatIsClosedWaitsForTheNextConnectionEvenIfThereIsNothingToSend() throws Exception {
    Outbox outbox = new Outbox(1000, 1000);
    FrameLink lost = new ScriptedLink();
    outbox.start(lost, true);
    outbox.detach(lost);
    CompletableFuture<Boolean> draining =
        Async.async(
            () -> {
              outbox.drain(
                  () -> new SocketException("closed"), CallTimeout.of("Sending", Duration.ZERO));
              return true;
            });
    TestWait.until(() -> isClosed(outbox));
    FrameLink next = new ScriptedLink();
    assertThat(draining).isNotDone();
    assertThat(outbox.resume(next, 0)).isTrue();
    outbox.detach(lost); // by a writer that has noticed late
    CompletableFuture<Outbox.Outgoing> idle = Async.async(outbox::take);
    assertThat(draining.get()).isTrue();
    outbox.fail(() -> new SocketException("over"));
    assertThat(idle.get()).isNull();
  }

  /** Whether it accepts no more frames; adds none to it. */
  private static boolean isClosed(Outbox outbox) throws IOException {
    try {
      return outbox.put(
          ByteBuffer.allocate(1), () -> false, CallTimeout.of("Sending", Duration.ZERO));
    } catch (SocketException e) {
      return "closed".equals(e.getMessage());
    }
  }

  @Test
  void eachStepOfAResumptionHasTheTimeThatIsLeft() throws Exception {
    Queue<Duration> limits = new ConcurrentLinkedQueue<>();
    Connecting connector =
        timeout -> {
          limits.add(timeout);
          if (limits.size() > 1) {
            throw new IOException("no daemon");
          }
          ScriptedLink first = new ScriptedLink().welcome(WELCOME);
          first.breakBehind();
          return first;
        };
    Duration most = Duration.ofMillis(200);
    ClientOptions options =
        ClientOptions.builder().connectTimeout(Duration.ZERO).resumeTimeout(most).build();
    try (IoClient client = IoClient.over(connector, "t", options)) {
      awaitEnd(client);
      assertThat(limits.remove()).as("the first connection").isZero();
      assertThat(limits).isNotEmpty()
          .allSatisfy(
              limit -> assertThat(limit).isPositive().isLessThanOrEqualTo(MIN_STEP));
    }
  }

  @Test
  void aSessionWhoseConnectionsAreAllLostAtOnceIsGivenUp() throws Exception {
    AtomicInteger connections = new AtomicInteger();
    Connecting connector =
        timeout -> {
          ScriptedLink next = new ScriptedLink().welcome(WELCOME);
          if (connections.getAndIncrement() > 0) {
            next.say(new DaemonFrame.Resumed(3, 0, 0, 0, List.of()));
          }
          next.breakBehind();
          return next;
        };
    ClientOptions options =
        ClientOptions.builder()
            .backOff(new BackOff(Duration.ofMillis(1), Duration.ofMillis(20)))
            .build();
    try (IoClient client = IoClient.over(connector, "t", options)) {
      awaitEnd(client);
      assertThat(connections).as("the first one, and ten that were lost at once").hasValue(11);
    }
  }

  @Test
  void aSessionGoesOnHoweverOftenItIsLostWhileFramesCome() throws Exception {
    int losses = 30;
    AtomicInteger connections = new AtomicInteger();
    Connecting connector =
        timeout -> {
          ScriptedLink next = new ScriptedLink().welcome(WELCOME);
          int number = connections.getAndIncrement();
          if (number > 0) {
            next.say(new DaemonFrame.Resumed(3, 0, 0, number - 1, List.of()));
            next.say(new DaemonFrame.TcpClosed(0, 99, 0)); // of a socket that was closed here
          }
          if (number < losses) {
            next.breakBehind();
          }
          return next;
        };
    try (IoClient client = IoClient.over(connector, "t", ClientOptions.DEFAULT)) {
      StateChange change = client.stateChange();
      while (change.state() != ClientState.CONNECTED || connections.get() <= losses) {
        assertThat(change.state()).isNotEqualTo(ClientState.CLOSED);
        change = change.next(LONG);
      }
    }
  }

  @Test
  void aMalformedFrameEndsTheSession() throws Exception {
    ScriptedLink link = new ScriptedLink().welcome(WELCOME);
    AtomicInteger connections = new AtomicInteger();
    Connecting connector =
        timeout -> {
          connections.incrementAndGet();
          return link;
        };
    link.sayBytes("0113000000000000" + "0100"); // TCP_RECV without a whole socketId
    try (IoClient client = IoClient.over(connector, "t", ClientOptions.DEFAULT)) {
      awaitEnd(client);
      assertThat(connections).as("connections").hasValue(1);
      assertThat(link.isClosedInOrder()).as("the daemon need not keep the session").isTrue();
    }
  }

  @Test
  void aDefectEndsTheConnectionToo() throws Exception {
    CountDownLatch closed = new CountDownLatch(1);
    AtomicInteger connections = new AtomicInteger();
    Connecting connector =
        timeout -> {
          connections.incrementAndGet();
          return new DefectiveLink(new ScriptedLink().welcome(WELCOME), closed);
        };
    try (IoClient client = IoClient.over(connector, "t", ClientOptions.DEFAULT)) {
      assertThatThrownBy(() -> client.connect("peer", 80))
          .isInstanceOf(ConnectionLostException.class);
      closed.await();
      assertThat(connections).as("connections").hasValue(1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"iodaemon-client-reader", "iodaemon-client-writer"})
  void aThreadThatSomebodyInterruptsEndsTheClient(String name) throws Exception {
    Set<Thread> others = threads(name);
    try (ClientDaemon daemon = ClientDaemon.start();
        IoClient client = daemon.client(Way.WEB_SOCKET)) {
      client.listen("127.0.0.1", 0);
      Set<Thread> own = threads(name);
      own.removeAll(others);
      assertThat(own).hasSize(1);
      own.forEach(Thread::interrupt);
      awaitEnd(client);
      assertThatThrownBy(() -> client.listen("127.0.0.1", 0))
          .isInstanceOf(ConnectionLostException.class)
          .hasMessageContaining("was interrupted");
    }
  }

  private static Set<Thread> threads(String name) {
    return Thread.getAllStackTraces()
        .keySet()
        .stream()
        .filter(thread -> thread.getName().equals(name))
        .collect(Collectors.toSet());
  }

  private static void awaitEnd(IoClient client) throws Exception {
    StateChange change = client.stateChange();
    while (change.state() != ClientState.CLOSED) {
      change = change.next(LONG);
    }
  }

  /** Sends the handshake, and then fails as no connection should. */
  private static final class DefectiveLink implements FrameLink {
    private final ScriptedLink other;
    private final CountDownLatch closed;
    private final AtomicInteger sent = new AtomicInteger();

    DefectiveLink(ScriptedLink other, CountDownLatch closed) {
      this.other = other;
      this.closed = closed;
    }

    @Override
    public void send(ByteBuffer frame) throws IOException {
      if (sent.incrementAndGet() > 2) {
        throw new IllegalStateException("a defect, for the test");
      }
      other.send(frame);
    }

    @Override
    public @Nullable ByteBuffer receive(Duration timeout) throws IOException, InterruptedException {
      ByteBuffer frame = other.receive(timeout);
      if (frame == null) {
        throw new EOFException("The test takes too long.");
      }
      return frame;
    }

    @Override
    public void close() {
      closed.countDown();
      other.close();
    }

    @Override
    public void abort() {
      other.abort();
    }
  }
}
