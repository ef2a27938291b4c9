package com.jstorrent.iodaemon.client;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One connection to the daemon's {@code /io}, which carries whole frames (PROTOCOL.md § 3.1). The client comes with
 * two: a WebSocket and the in-process transport. To use another WebSocket library, implement this interface and
 * {@link Connector}.
 *
 * <p><b>Threads.</b> {@link #send} is called by one thread at a time, {@link #receive} by one
 * other; {@link #close} and {@link #abort} by any.
 *
 * <p><b>Flow control.</b> {@code send} blocks while the daemon takes nothing. While no thread calls {@code receive}, a
 * link buffers at most a constant number of bytes, so that the daemon is slowed down.
 */
public interface FrameLink {

  /**
   * Sends one frame: the bytes between position and limit of a big-endian buffer on the heap, whose
   * content must not change. Blocks until the buffer is no longer used.
   *
   * @throws IOException when the connection has ended
   */
  void send(ByteBuffer frame) throws IOException, InterruptedException;

  /**
   * Sends one frame as {@link #send(ByteBuffer)} does. When more frames follow at once, a link may hold this one
   * back and send it together with them: at the latest with the first one for which {@code more} is false.
   *
   * @param more whether another call follows at once
   * @throws IOException when the connection has ended
   */
  default void send(ByteBuffer frame, boolean more) throws IOException, InterruptedException {
    send(frame);
  }

  /**
   * Takes the next frame, in a big-endian buffer that belongs to the caller. Blocks until there is one.
   *
   * @param timeout how long to wait at most; zero or less: not at all. The client passes a day when there is no limit.
   * @return null when none comes in time
   * @throws LinkClosedException when the daemon has closed the connection, and every frame before that was taken
   * @throws IOException when the connection was lost, or closed here
   */
  @Nullable
  ByteBuffer receive(Duration timeout) throws IOException, InterruptedException;

  /**
   * Takes back a frame that is no longer read, so that its memory can be used for another one. Not every frame is
   * given back, and a link need not do anything with one that is. Any thread may call this; it never blocks.
   *
   * @param frame the buffer itself that {@link #receive} returned, at most once
   */
  default void release(ByteBuffer frame) {}

  /**
   * Tells the daemon that the client is done (a WebSocket's Close with 1000), so that the daemon does not keep the
   * client's sockets. Waits for the daemon's answer, two seconds at most. May be called several times, beside a
   * {@code send} and a {@code receive} that are blocked, and after {@link #abort}.
   */
  void close();

  /**
   * Cuts the connection, and ends a {@code send} and a {@code receive} that are blocked. Never blocks. May be called
   * several times.
   */
  void abort();

  /** Makes connections: the first one, and one for each attempt to resume (PROTOCOL.md § 9.3). */
  interface Connector extends AutoCloseable {

    /**
     * Connects. No frame has been sent yet.
     *
     * @param timeout zero means without limit
     * @throws AuthenticationException when the transport itself refuses the token
     * @throws IOException when no connection can be made in time
     */
    FrameLink connect(Duration timeout) throws IOException, InterruptedException;

    /** Releases what the connections share. */
    @Override
    void close();
  }
}
