package com.jstorrent.iodaemon.transport;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * One connection to a client, as the session sees it: a way to send whole frames and to end.
 * What arrives goes to the {@link FrameReceiver} that {@link SessionAcceptor} returned.
 *
 * <p><b>Threads.</b> {@link #send} and {@link #flush} are called by one thread only, the session's
 * relay thread; {@link #close} and {@link #abort} by any.
 *
 * <p><b>Flow control.</b> {@code send} blocks while the other side takes nothing. That is the whole
 * mechanism: a relay thread that waits here reads no peer, so TCP slows the peers, nothing is
 * dropped and nothing piles up. A transport must not queue more than a constant number of bytes.
 *
 * <p>{@code FrameConnectionContract} in this module's test-jar checks an implementation.
 */
public interface FrameConnection {

  /**
   * How many bytes in front of a frame's position {@link #send} may overwrite with the transport's
   * own header. Constant for a connection.
   */
  int headroom();

  /**
   * Sends one frame: the bytes between position and limit. The buffer is big-endian, as any new one;
   * it may be reused as soon as this returns; its position, its byte order and the bytes of {@link
   * #headroom} are then undefined. A small frame may be held back until {@link #flush}.
   *
   * @throws IOException when the connection has ended; the session then ends too
   */
  void send(ByteBuffer frame) throws IOException;

  /**
   * Writes what {@link #send} held back and what the transport itself has to say (see {@link
   * FrameReceiver#onFlushWanted}). Blocks like {@code send}.
   *
   * @throws IOException when the connection has ended
   */
  void flush() throws IOException;

  /**
   * Ends the connection in order: frames sent before it arrive first. Never blocks; calling it
   * again does nothing. A peer that does not take part is cut off after a bounded time.
   */
  void close(CloseReason reason);

  /**
   * Ends the connection at once, waking a thread that is blocked in {@link #send}, and asks for a
   * flush, which then fails: so the session hears of it although it is not reading.
   */
  void abort();

  /**
   * Sends a keep-alive soon, for instance a ping, so that a client which has gone is noticed by a failing
   * write while the daemon does not read from it. Never blocks. A transport that notices a lost peer
   * without writing may do nothing.
   */
  void probe();
}
