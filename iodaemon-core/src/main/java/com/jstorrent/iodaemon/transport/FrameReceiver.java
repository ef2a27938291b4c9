package com.jstorrent.iodaemon.transport;

import com.jstorrent.iodaemon.memory.MemoryAccount;
import java.nio.ByteBuffer;

/**
 * What a transport tells the session about one connection.
 *
 * <p>{@link #onFrame}, {@link #onLargeFrame}, {@link #onViolation} and {@link #onClosed} are called by one thread at a
 * time, in the order of the events; {@link #onFlushWanted} by any thread.
 */
public interface FrameReceiver {

  /**
   * The most bytes that a frame may have now. It is small until the client has authenticated. A
   * transport asks before it makes room for a frame.
   */
  int frameLimit();

  /**
   * One whole frame, between position and limit; the buffer is the transport's, of any byte order, and
   * valid during the call only. May block: while it does, the transport reads nothing, and TCP slows the client.
   */
  void onFrame(ByteBuffer frame);

  /**
   * One whole frame that the transport holds in several buffers, because it is larger than {@link
   * com.jstorrent.iodaemon.config.Limits#FRAME_BUFFER_BYTES}. Otherwise as {@link #onFrame}.
   */
  void onLargeFrame(LargeFrame frame);

  /**
   * The account of the client that the connection belongs to: what the transport holds of the client's frames
   * beside the one that it passes on is taken from there. It is another account when the client has resumed
   * (PROTOCOL.md § 9.3). Called by the thread that delivers frames.
   */
  MemoryAccount memory();

  /** The client broke a rule of the transport; the session answers with ERROR and closes. */
  void onViolation(CloseReason reason, String sentence);

  /**
   * The transport has something to write (a pong, a close): the session calls {@link
   * FrameConnection#flush} soon, from its relay thread. Never blocks.
   */
  void onFlushWanted();

  /**
   * The connection has ended. Called once, after every frame.
   *
   * @param finished whether the client has said that it is done; if not, it may come back for its
   *     session (PROTOCOL.md § 9.3)
   */
  void onClosed(boolean finished);
}
