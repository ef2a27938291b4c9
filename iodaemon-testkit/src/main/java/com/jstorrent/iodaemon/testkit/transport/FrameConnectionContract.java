package com.jstorrent.iodaemon.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.jstorrent.iodaemon.testkit.RecordingReceiver.Event;
import com.jstorrent.iodaemon.transport.CloseReason;
import com.jstorrent.iodaemon.transport.FrameConnection;
import com.jstorrent.iodaemon.transport.SessionAcceptor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/**
 * The tests that every transport must pass: implement this interface in a test class of the transport.
 * The test acts as the session, and its thread as the relay.
 */
public interface FrameConnectionContract {
  /** Consecutive samples without progress after which a thread counts as blocked. */
  int LOOKS = 2000;

  /** More than a transport may buffer for a client that does not read. */
  int MUCH = 64 << 20;

  int FRAME_LIMIT = 1 << 20;

  /** The client's end. */
  interface ClientEnd extends AutoCloseable {
    void send(byte[] frame) throws IOException;

    /** The next frame of the daemon, or null when the connection has ended. */
    byte[] receive() throws IOException, InterruptedException;

    /** Closes the connection in an orderly way. */
    @Override
    void close() throws IOException;

    /** Ends the connection as if the process had been killed. */
    void vanish() throws IOException;
  }

  /** Connects a client; the transport hands the daemon's end to {@code acceptor}. */
  ClientEnd connect(SessionAcceptor acceptor) throws IOException;

  /** Both ends. */
  record Pair(ClientEnd client, RecordingReceiver receiver) implements AutoCloseable {
    FrameConnection connection() {
      return receiver.connection;
    }

    void send(byte[] bytes) throws IOException {
      int headroom = connection().headroom();
      ByteBuffer frame = ByteBuffer.allocate(headroom + bytes.length).put(headroom, bytes);
      connection().send(frame.position(headroom));
    }

    @Override
    public void close() throws IOException {
      client.vanish();
    }
  }

  private Pair pair() throws IOException, InterruptedException {
    AtomicReference<RecordingReceiver> receiver = new AtomicReference<>();
    CountDownLatch accepted = new CountDownLatch(1);
    ClientEnd client =
        connect(
            (connection, info) -> {
              receiver.set(new RecordingReceiver(connection, FRAME_LIMIT));
              accepted.countDown();
              return receiver.get();
            });
    accepted.await();
    return new Pair(client, receiver.get());
  }

  /** What the relay thread of a session does. */
  interface Sending {
    void run() throws IOException;
  }

  /** Sends while the test reads: a transport may hold less than a frame. */
  private static Thread relay(Sending sending) {
    return Thread.ofPlatform()
        .start(
            () -> {
              try {
                sending.run();
              } catch (IOException e) {
                throw new AssertionError(e);
              }
            });
  }

  @Test
  default void framesOfEverySizeArriveWholeAndInOrderBothWays() throws Exception {
    int[] sizes = {8, 1, 125, 126, 127, 4095, 4096, 4097, 65_535, 65_536, 300_000, 12, FRAME_LIMIT};
    try (Pair pair = pair()) {
      for (int size : sizes) {
        byte[] frame = Peer.bytes(size, size);
        pair.client().send(frame);
        assertThat(pair.receiver().next())
            .isEqualTo(new Event.Frame(ByteBuffer.wrap(frame)));
        Thread relay =
            relay(
                () -> {
                  pair.send(frame);
                  pair.connection().flush();
                });
        assertThat(pair.client().receive()).isEqualTo(frame);
        relay.join();
      }
      pair.receiver().assertExhausted();
    }
  }

  @Test
  default void manySmallFramesKeepTheirOrderOverOneFlush() throws Exception {
    try (Pair pair = pair()) {
      Thread relay =
          relay(
              () -> {
                for (int i = 0; i < 1000; i++) {
                  pair.send(new byte[] {(byte) i, (byte) (i >> 8)});
                }
                pair.send(Peer.bytes(1, 100_000));
                pair.send(new byte[] {7});
                pair.connection().flush();
              });
      for (int i = 0; i < 1000; i++) {
        assertThat(pair.client().receive()).containsExactly((byte) i, (byte) (i >> 8));
      }
      assertThat(pair.client().receive()).isEqualTo(Peer.bytes(1, 100_000));
      assertThat(pair.client().receive()).containsExactly(7);
      relay.join();
    }
  }

  @Test
  default void sendBlocksForAClientThatDoesNotReadAndLosesNothing() throws Exception {
    byte[] frame = Peer.bytes(2, 256 << 10);
    int frames = MUCH / frame.length;
    try (Pair pair = pair()) {
      AtomicInteger sent = new AtomicInteger();
      Thread relay =
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      while (sent.get() < frames) {
                        pair.send(frame);
                        sent.incrementAndGet();
                      }
                      pair.connection().flush();
                    } catch (IOException e) {
                      throw new AssertionError(e);
                    }
                  });
      TestDaemon.await("send to block", () -> blocked(relay));
      assertThat(sent.get()).isLessThan(frames);
      for (int i = 0; i < frames; i++) {
        assertThat(Arrays.equals(pair.client().receive(), frame)).as("frame %d", i).isTrue();
      }
      relay.join();
    }
  }

  /**
   * Whether a thread is blocked: it waits in the JDK or, on a socket, in a system call: in a poll, or
   * in a write that does not return.
   */
  private static boolean blocked(Thread thread) {
    return switch (thread.getState()) {
      case WAITING, TIMED_WAITING, BLOCKED -> true;
      case RUNNABLE -> isIn(thread, "poll") || staysIn(thread, "write");
      default -> false;
    };
  }

  private static boolean isIn(Thread thread, String call) {
    return Arrays.stream(thread.getStackTrace())
        .limit(2)
        .anyMatch(frame -> frame.getMethodName().startsWith(call));
  }

  private static boolean staysIn(Thread thread, String call) {
    for (int look = 0; look < LOOKS; look++) {
      if (!isIn(thread, call)) {
        return false;
      }
      LockSupport.parkNanos(20_000);
    }
    return true;
  }

  @Test
  default void abortWakesABlockedSend() throws Exception {
    try (Pair pair = pair()) {
      AtomicReference<IOException> failure = new AtomicReference<>();
      Thread relay =
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      while (true) {
                        pair.send(new byte[256 << 10]);
                      }
                    } catch (IOException e) {
                      failure.set(e);
                    }
                  });
      TestDaemon.await("send to block", () -> blocked(relay));
      pair.connection().abort();
      relay.join();
      assertThat(failure.get()).isNotNull();
      assertThat(pair.receiver().next()).isEqualTo(new Event.Closed());
    }
  }

  @Test
  default void theEndIsReportedOnceAndAfterEveryFrame() throws Exception {
    try (Pair pair = pair()) {
      for (int i = 0; i < 100; i++) {
        pair.client().send(new byte[] {(byte) i});
      }
      pair.client().close();
      for (int i = 0; i < 100; i++) {
        assertThat(pair.receiver().next())
            .isEqualTo(new Event.Frame(ByteBuffer.wrap(new byte[] {(byte) i})));
      }
      assertThat(pair.receiver().next()).isEqualTo(new Event.Closed());
      pair.connection().abort();
      pair.connection().abort();
      pair.receiver().assertExhausted();
    }
  }

  @Test
  default void aLostClientIsNoticed() throws Exception {
    try (Pair pair = pair()) {
      pair.client().vanish();
      assertThat(pair.receiver().next()).isEqualTo(new Event.Closed());
      pair.receiver().assertExhausted();
    }
  }

  @Test
  default void framesBeforeTheCloseArriveFirst() throws Exception {
    try (Pair pair = pair()) {
      relay(
          () -> {
            pair.send(new byte[] {1});
            pair.send(Peer.bytes(3, 100_000));
            pair.connection().close(CloseReason.GOING_AWAY);
            pair.connection().close(CloseReason.NORMAL);
            flushQuietly(pair.connection());
          });
      assertThat(pair.client().receive()).containsExactly(1);
      assertThat(pair.client().receive()).isEqualTo(Peer.bytes(3, 100_000));
      assertThat(pair.client().receive()).isNull();
      pair.client().close();
      assertThat(pair.receiver().next()).isEqualTo(new Event.Closed());
    }
  }

  /** A transport may refuse to flush a connection that has ended. */
  private static void flushQuietly(FrameConnection connection) {
    try {
      connection.flush();
    } catch (IOException e) {
      assertThat(e).isNotNull();
    }
  }

  @Test
  default void sendingAfterTheEndFails() throws Exception {
    try (Pair pair = pair()) {
      pair.connection().abort();
      assertThat(pair.receiver().next()).isEqualTo(new Event.Closed());
      assertThatThrownBy(
          () -> {
            pair.send(new byte[1]);
            pair.connection().flush();
          })
          .isInstanceOf(IOException.class);
    }
  }

  @Test
  default void aFrameOverTheLimitIsAViolationAndIsNotDelivered() throws Exception {
    try (Pair pair = pair()) {
      pair.client().send(new byte[FRAME_LIMIT + 1]);
      assertThat(pair.receiver().next()).isEqualTo(new Event.Violation(CloseReason.TOO_BIG));
    }
  }
}
