package com.jstorrent.iodaemon.client;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One connection to the daemon's {@code /io}, which carries whole frames (PROTOCOL.md § 3.1). The client
 * brings two: a WebSocket and the in-process transport. Another WebSocket library becomes
 * usable by an implementation of this and of {@link Connector}.
 *
 * <p><b>Threads.</b> {@link #send} is called by one thread at a time, {@link #receive} by one
 * other; {@link #close} and {@link #abort} by any.
 *
 * <p><b>Flow control.</b> {@code send} blocks while the daemon takes nothing, and a link that is not
 * asked for frames keeps a constant number of bytes of them at most, so that the daemon is slowed.
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
   * The same, and when more frames follow at once, this one may be kept to be sent with them: it is sent
   * with the first of them that has none behind it.
   *
   * @param more whether another call follows at once
   * @throws IOException when the connection has ended
   */
  default void send(ByteBuffer frame, boolean more) throws IOException, InterruptedException {
    send(frame);
  }

  /**
   * Takes the next frame, in a big-endian buffer that belongs to the caller.
   *
   * @return null when none comes in time
   * @throws LinkClosedException when the daemon has closed the connection, after every frame
   * @throws IOException when the connection was lost, or closed here
   */
  @Nullable
  ByteBuffer receive(Duration timeout) throws IOException, InterruptedException;

  /**
   * Takes back a frame whose content is not read any more, so that its memory can be used for another one.
   * Only some frames come back, and a link need not do anything with them. For any thread; never blocks.
   *
   * @param frame the very buffer that {@link #receive} returned, once
   */
  default void release(ByteBuffer frame) {}

  /**
   * Says that the client is done (a WebSocket's Close with 1000), so that the daemon does not keep its
   * sockets. Blocks for the daemon's answer, two seconds at most.
   */
  void close();

  /** Cuts the connection, and ends a {@code send} and a {@code receive} that block. Never blocks. */
  void abort();

  /** Makes connections: the first one, and one for each attempt to resume (PROTOCOL.md § 9.3). */
  interface Connector extends AutoCloseable {

    /**
     * Connects. No frame has been sent yet.
     *
     * @throws AuthenticationException when the transport itself refuses the token
     * @throws IOException when there is no connection in time
     */
    FrameLink connect(Duration timeout) throws IOException, InterruptedException;

    /** Releases what the connections share. */
    @Override
    void close();
  }
}
