package com.jstorrent.iodaemon.transport;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** The client's end of a connection in this process. Thread-safe. */
public final class InProcessClient implements AutoCloseable {
  private final InProcessConnection connection;
  private final ReentrantLock deliveryLock = new ReentrantLock();
  private final FrameReceiver receiver;
  private volatile boolean finished;
  private boolean closedDelivered; // guarded by deliveryLock

  private InProcessClient(SessionAcceptor acceptor, ConnectionInfo info) {
    connection = new InProcessConnection();
    receiver = acceptor.accept(connection, info);
  }

  static InProcessClient connect(SessionAcceptor acceptor, ConnectionInfo info) {
    InProcessClient client = new InProcessClient(acceptor, info);
    client.connection.onEnd(client::ended);
    return client;
  }

  /**
   * Sends one frame: the bytes between position and limit, which are consumed, whatever byte order the
   * buffer has. Blocks while the daemon takes none (PROTOCOL.md § 4.6).
   *
   * @throws IOException when the connection has ended
   */
  public void send(ByteBuffer frame) throws IOException {
    deliveryLock.lock();
    try {
      if (closedDelivered || connection.ended()) {
        throw new ClosedChannelException();
      }
      int limit = receiver.frameLimit();
      if (frame.remaining() > limit) {
        receiver.onViolation(
            CloseReason.TOO_BIG, "A frame may have " + limit + " bytes at most now.");
      } else {
        receiver.onFrame(frame);
      }
    } finally {
      deliveryLock.unlock();
    }
  }

  /**
   * Takes the next frame of the daemon, in a big-endian buffer of its own. Blocks until there is one.
   *
   * @param timeout how long to wait at most; zero or less: not at all
   * @return null when none comes in time
   * @throws IOException when the connection has ended and every frame before that was taken
   */
  public @Nullable ByteBuffer receive(Duration timeout) throws IOException, InterruptedException {
    return connection.take(timeout);
  }

  /** Why the daemon ended the connection, or null when it has not. */
  public @Nullable CloseReason closeReason() {
    return connection.reason();
  }

  /** Ends the connection; everything that belongs to it is closed (PROTOCOL.md § 4.12). */
  @Override
  public void close() {
    finished = true; // first: the abort makes another thread deliver too
    connection.abort();
    deliverClosed();
  }

  /** Ends the connection as if it had broken: a session with {@code resume} lives on for a while. */
  public void abort() {
    connection.abort();
    deliverClosed();
  }

  /** The flush fails, which ends a wait in {@link #send}; only then can the end be delivered. */
  private void ended() {
    receiver.onFlushWanted();
    Thread.ofVirtual().start(this::deliverClosed);
  }

  private void deliverClosed() {
    deliveryLock.lock();
    try {
      if (!closedDelivered) {
        closedDelivered = true;
        receiver.onClosed(finished);
      }
    } finally {
      deliveryLock.unlock();
    }
  }
}
