package com.jstorrent.iodaemon.transport;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * One connection to a client, as the session sees it: a way to send whole frames and to end.
 * What arrives goes to the {@link FrameReceiver} that {@link SessionAcceptor} returned.
 *
 * <p><b>Threads.</b> {@code send} and {@link #flush} are called by one thread at a time, the session's
 * relay thread; {@link #close}, {@link #abort} and {@link #probe} by any, also before {@link
 * SessionAcceptor#accept} has returned.
 *
 * <p><b>Flow control.</b> {@code send} blocks while the other side takes nothing. That is the whole
 * mechanism: a relay thread that waits here reads no peer, so TCP slows the peers, nothing is
 * dropped and nothing piles up. A transport must not queue more than a constant number of bytes. The two
 * directions are apart: while {@code send} is blocked, frames of the client are delivered, because one of
 * them may be what the client waits for.
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
   * Sends one frame: the bytes between position and limit. The buffer is big-endian, as any new one;
   * it may be reused as soon as this returns; its position, its byte order and the bytes of {@link
   * #headroom} are then undefined, and all its other bytes are as before. A small frame may be held back
   * until {@link #flush}. After {@link #close} a frame may be dropped instead.
   *
   * @throws IOException when the connection has ended; the session then calls {@link #abort}, and neither
   *     this nor {@code flush} again
   */
  void send(ByteBuffer frame) throws IOException;

  /**
   * Sends several frames, as {@link #send(ByteBuffer)} does one after the other. A transport overrides it when it can
   * write them in one call of the system, which costs less.
   *
   * @param frames of the caller, as their buffers are
   * @throws IOException when the connection has ended, after any of them
   */
  default void send(List<ByteBuffer> frames) throws IOException {
    for (ByteBuffer frame : frames) {
      send(frame);
    }
  }

  /**
   * Writes what {@link #send(ByteBuffer)} held back and what the transport itself has to say (see {@link
   * FrameReceiver#onFlushWanted}). Blocks like {@code send}.
   *
   * @throws IOException when the connection has ended
   */
  void flush() throws IOException;

  /**
   * Ends the connection in order: frames sent before it arrive first. Never blocks, not even while {@link
   * #send} does; calling it again does nothing. What has to be written for it is asked for with {@link
   * FrameReceiver#onFlushWanted}, or written by the transport's own threads.
   *
   * <p>A client that takes no part, because it does not read or does not answer, is cut off after a bounded
   * time, as by {@link #abort}. The transport counts it itself, from the call on: {@link
   * com.jstorrent.iodaemon.config.Limits#CLOSE_HANDSHAKE} by {@link DaemonServices#clock}, on which it
   * schedules the abort. A time limit of the system's, such as that of a socket, would also count the time
   * in which the machine sleeps.
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
   * Sends a keep-alive soon, for instance a ping, so that a client which has gone is noticed by a failing
   * write while the daemon does not read from it. Never blocks; the client gets no frame by it.
   *
   * <p>A transport may do nothing if it hears of a client that has gone although it neither reads nor
   * writes at that moment, as one within this process does. With a socket it must write something: of a
   * peer whose machine has gone nothing is heard until a write fails, and while {@link
   * FrameReceiver#onFrame} blocks the transport does not read the end of the stream.
   */
  void probe();
}
