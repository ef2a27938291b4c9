package com.jstorrent.iodaemon.transport;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * One connection to a client, as the session sees it: it can send whole frames, and end. What arrives
 * goes to the {@link FrameReceiver} that {@link SessionAcceptor} returned.
 *
 * <p><b>Threads.</b> {@code send} and {@link #flush} are called by one thread at a time, the session's
 * relay thread; {@link #close}, {@link #abort} and {@link #probe} by any thread, even before
 * {@link SessionAcceptor#accept} has returned.
 *
 * <p><b>Flow control.</b> {@code send} blocks while the other side takes nothing. That is the whole
 * mechanism: a relay thread that waits here reads no peer, so TCP slows the peers, nothing is dropped
 * and nothing piles up. A transport must not queue more than a constant number of bytes. The two
 * directions are independent: while {@code send} is blocked, frames of the client are delivered,
 * because the client may be waiting for one of them to be handled.
 *
 * <p>{@code FrameConnectionContract} of {@code iodaemon-testkit} checks an implementation.
 */
public interface FrameConnection {

  /**
   * How many bytes in front of a frame's position {@link #send(ByteBuffer)} may overwrite with the transport's
   * own header. Constant for a connection.
   */
  int headroom();

  /**
   * Sends one frame: the bytes between position and limit. The buffer is big-endian, like any new one,
   * and may be reused as soon as this returns; its position, its byte order and the bytes of
   * {@link #headroom} are then undefined, but all its other bytes are unchanged. A small frame may be
   * held back until {@link #flush}. After {@link #close} a frame may be dropped instead.
   *
   * @throws IOException when the connection has ended; the session then calls {@link #abort}, and neither
   *     this nor {@code flush} again
   */
  void send(ByteBuffer frame) throws IOException;

  /**
   * Sends several frames, as {@link #send(ByteBuffer)} does one after the other. A transport overrides
   * it when it can write them in one system call, which costs less.
   *
   * @param frames the list belongs to the caller, like the buffers in it
   * @throws IOException when the connection has ended, after any of them
   */
  default void send(List<ByteBuffer> frames) throws IOException {
    for (ByteBuffer frame : frames) {
      send(frame);
    }
  }

  /**
   * Writes what {@link #send(ByteBuffer)} held back and what the transport itself has to send (see
   * {@link FrameReceiver#onFlushWanted}). Blocks like {@code send}.
   *
   * @throws IOException when the connection has ended
   */
  void flush() throws IOException;

  /**
   * Closes the connection in an orderly way: frames sent before arrive first. Never blocks, not even
   * while {@link #send} does; calling it again does nothing. For what has to be written, the transport
   * calls {@link FrameReceiver#onFlushWanted}, or uses threads of its own.
   *
   * <p>A client that takes no part, because it does not read or does not answer, is cut off after a
   * bounded time, as by {@link #abort}. The transport itself measures this time, from the call on:
   * {@link com.jstorrent.iodaemon.config.Limits#CLOSE_HANDSHAKE} by {@link DaemonServices#clock}, on
   * which it schedules the abort. A timeout of the system, such as that of a socket, would also count
   * the time in which the machine sleeps.
   */
  void close(CloseReason reason);

  /**
   * Ends the connection at once, waking a thread that is blocked in {@link #send(ByteBuffer)}, and asks for a
   * flush ({@link FrameReceiver#onFlushWanted}), which then fails: so the session hears of it although it
   * is not sending. Never blocks; calling it again, or after the end, does no harm. {@link
   * FrameReceiver#onClosed} follows, from the thread that delivers.
   */
  void abort();

  /**
   * Sends a keep-alive soon, for instance a ping, so that a client that is gone is noticed by a failing
   * write while the daemon does not read from it. Never blocks; the client gets no frame because of it.
   *
   * <p>A transport may do nothing if it notices that a client is gone even while it neither reads nor
   * writes, as one within this process does. With a socket it must write something: nothing is heard of
   * a peer whose machine is gone until a write fails, and while {@link FrameReceiver#onFrame} blocks
   * the transport does not read the end of the stream.
   */
  void probe();
}
