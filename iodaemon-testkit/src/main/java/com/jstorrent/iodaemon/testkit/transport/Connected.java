package com.jstorrent.iodaemon.testkit.transport;

import com.jstorrent.iodaemon.testkit.transport.RecordingReceiver.Event;
import com.jstorrent.iodaemon.testkit.transport.Worker.Task;
import com.jstorrent.iodaemon.transport.FrameConnection;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Both ends of a connection, and the threads that use them: the session's relay, and two of the client, so
 * that both ends read and write at once, however little the transport holds.
 */
final class Connected implements AutoCloseable {
  /** The most bytes that a frame has in the tests. */
  static final int FRAME_LIMIT = 1 << 20;

  private final Duration patience;
  private final FirstFailure firstFailure = new FirstFailure();
  private final Worker relay;
  private final Worker clientWriter;
  private final Worker clientReader;
  private final Worker others;
  private final AtomicBoolean flushAsked = new AtomicBoolean();
  private final CompletableFuture<Boolean> askedFlushHasFailed = new CompletableFuture<>();
  private final CompletableFuture<RecordingReceiver> accepted = new CompletableFuture<>();
  private boolean lost; // used by the relay only
  private int sent; // used by the relay only
  private int headroom = -1; // used by the relay only
  private @Nullable ClientEnd client;

  private Connected(Duration patience) {
    this.patience = patience;
    this.relay = new Worker("relay", patience, firstFailure);
    this.clientWriter = new Worker("client-writer", patience, firstFailure);
    this.clientReader = new Worker("client-reader", patience, firstFailure);
    this.others = new Worker("other", patience, firstFailure);
  }

  /** Connects a client. */
  static Connected open(TransportUnderTest transport) throws InterruptedException {
    return open(transport, connection -> {});
  }

  /**
   * Connects a client.
   *
   * @param whileAccepted runs in {@code accept}
   */
  static Connected open(TransportUnderTest transport, Consumer<FrameConnection> whileAccepted)
      throws InterruptedException {
    Connected both = new Connected(transport.patience());
    try {
      both.client =
          both.clientWriter.begin("connect", () -> transport.connect((connection, info) -> {
            RecordingReceiver receiver = new RecordingReceiver(connection, FRAME_LIMIT);
            receiver.patience(both.patience);
            receiver.onFlush(both::flushSoon);
            both.firstFailure.onRecorded(receiver::fail);
            both.accepted.complete(receiver);
            whileAccepted.accept(connection);
            return receiver;
          })).done(Rule.CLIENT_IS_ACCEPTED);
      both.receiver();
    } catch (AssertionError e) {
      both.close();
      throw e;
    }
    return both;
  }

  RecordingReceiver receiver() throws InterruptedException {
    return in(accepted, Rule.CLIENT_IS_ACCEPTED, "accept was not called");
  }

  FrameConnection connection() {
    return accepted.join().connection();
  }

  ClientEnd client() {
    ClientEnd connected = client;
    if (connected == null) {
      throw new IllegalStateException("The client has not connected.");
    }
    return connected;
  }

  private <T> T in(CompletableFuture<T> future, Rule rule, String otherwise)
      throws InterruptedException {
    try {
      firstFailure.orDone(future, patience);
    } catch (TimeoutException e) {
      throw rule.broken(otherwise + " within " + patience + ".");
    }
    return future.join();
  }

  /** Random bytes, the same for the same seed. */
  static byte[] bytes(long seed, int count) {
    byte[] bytes = new byte[count];
    new SplittableRandom(seed).nextBytes(bytes);
    return bytes;
  }

  // The session's end.

  /** Does something on the thread of the relay, the only one that sends and flushes. */
  Task<@Nullable Void> relay(String what, Worker.Action action) {
    return relay.begin(what, action);
  }

  /** Does something on a thread that is neither the relay's nor the client's. */
  Task<@Nullable Void> elsewhere(String what, Worker.Action action) {
    return others.begin(what, action);
  }

  /** Sends a frame, and checks what has become of its buffer. The relay's thread only. */
  void send(byte[] frame) throws IOException {
    GuardedBuffer buffer = guarded(frame);
    connection().send(buffer.toSend());
    buffer.check();
    buffer.reuse();
  }

  /** Sends frames in one call, and checks what has become of their buffers. The relay's thread only. */
  void sendTogether(List<byte[]> frames) throws IOException {
    List<GuardedBuffer> buffers = new ArrayList<>();
    for (byte[] frame : frames) {
      buffers.add(guarded(frame));
    }
    connection().send(buffers.stream().map(GuardedBuffer::toSend).toList());
    buffers.forEach(GuardedBuffer::check);
    buffers.forEach(GuardedBuffer::reuse);
  }

  private GuardedBuffer guarded(byte[] frame) {
    int now = connection().headroom();
    Rule.HEADROOM_IS_CONSTANT.require(now >= 0, "it is " + now + ".");
    Rule.HEADROOM_IS_CONSTANT.require(
        headroom < 0 || headroom == now, "it was " + headroom + " and is " + now + ".");
    headroom = now;
    return new GuardedBuffer(frame, now, sent++);
  }

  /** Sends a frame and flushes. The relay's thread only. */
  void sendNow(byte[] frame) throws IOException {
    send(frame);
    connection().flush();
  }

  /** Flushes as a session does when a transport asks for it: soon, and no more after a flush has failed. */
  private void flushSoon() {
    if (flushAsked.compareAndSet(false, true)) {
      relay.begin(
          "flush",
          () -> {
            flushAsked.set(false);
            if (lost) {
              return;
            }
            try {
              connection().flush();
            } catch (IOException e) {
              lost = true;
              askedFlushHasFailed.complete(true);
            }
          });
    }
  }

  /** Waits until a flush that the transport has asked for has failed. */
  void awaitFailedFlush(Rule rule) throws InterruptedException {
    in(askedFlushHasFailed, rule, "no flush that it asked for has failed");
  }

  Event next(Rule rule) throws InterruptedException {
    return receiver().next(rule);
  }

  /** Takes the next event, which must be this frame. */
  void expect(byte[] frame, Rule rule, String which) throws InterruptedException {
    switch (next(rule)) {
      case Event.Frame(ByteBuffer bytes) -> {
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(bytes.position(), copy);
        same(frame, copy, rule, which);
      }
      case Event other -> throw rule.broken("instead of " + which + " comes " + other + ".");
    }
  }

  /** Takes the next event, which must be the end, and fails if there is another one. */
  Event.Closed expectEnd(Rule rule) throws InterruptedException {
    Event event = next(rule);
    if (event instanceof Event.Closed closed) {
      receiver().assertExhausted(Rule.END_IS_REPORTED_ONCE);
      return closed;
    }
    throw rule.broken("instead of the end comes " + event + ".");
  }

  // The client's end.

  /** Sends frames in the background. */
  Task<@Nullable Void> clientSends(String what, Worker.Action action) {
    return clientWriter.begin(what, action);
  }

  /** Takes the client's next frame; null is the end. */
  byte @Nullable [] receive(Rule rule) throws InterruptedException {
    return clientReader.begin("the client's receive", () -> client().receive()).done(rule);
  }

  /** Takes the client's next frame, which must be this one. */
  void receive(byte[] frame, Rule rule, String which) throws InterruptedException {
    same(frame, receive(rule), rule, which);
  }

  /** The client receives, and must find the end, which its transport may report by an exception. */
  void receiveEnd(Rule rule) throws InterruptedException {
    clientReader
        .begin(
            "the client's receive",
            () -> {
              byte[] more = client().receive();
              if (more != null) {
                throw rule.broken("the client gets a frame of " + more.length + " bytes.");
              }
            })
        .ends(rule);
  }

  private static void same(byte[] expected, byte @Nullable [] actual, Rule rule, String which) {
    if (actual == null) {
      throw rule.broken("the connection ends before " + which + ".");
    }
    int at = Arrays.mismatch(expected, actual);
    if (at >= 0) {
      throw rule.broken(
          which + " has " + expected.length + " bytes, came with " + actual.length
              + " and differs from byte " + at + " on.");
    }
  }

  /** Gives up both ends, on a thread that a broken transport has not blocked yet. */
  @Override
  public void close() {
    try (Worker last = new Worker("last", patience, new FirstFailure())) {
      if (accepted.isDone()) {
        last.begin("abort", () -> connection().abort()).ends(Rule.ABORT_WAKES_SEND);
      }
      ClientEnd connected = client;
      if (connected != null) {
        last.begin("the client's vanish", connected::vanish).ends(Rule.LOST_CLIENT_IS_NOTICED);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      relay.close();
      clientWriter.close();
      clientReader.close();
      others.close();
    }
  }
}
