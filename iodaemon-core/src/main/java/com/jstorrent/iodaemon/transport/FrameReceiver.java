package com.jstorrent.iodaemon.transport;

import com.jstorrent.iodaemon.memory.MemoryAccount;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * What a transport tells the session about one connection.
 *
 * <p>{@link #onFrame}, {@link #onFrames}, {@link #onLargeFrame}, {@link #onViolation} and {@link #onClosed} are called by one thread at a
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
   * valid during the call only. The session may leave bytes unread. May block: while it does, the transport
   * reads no more than a constant number of bytes, and TCP slows the client.
   */
  void onFrame(ByteBuffer frame);

  /**
   * Whole frames that have arrived together, in their order: the same as {@link #onFrame} for each. The
   * data of several frames for one peer is then written by one system call.
   *
   * @param frames each in a buffer of its own, or in its own view of one; the list, too, is valid during the call only
   */
  default void onFrames(List<ByteBuffer> frames) {
    frames.forEach(this::onFrame);
  }

  /**
   * One whole frame that the transport holds in several buffers, because it is larger than {@link
   * com.jstorrent.iodaemon.config.Limits#FRAME_BUFFER_BYTES}. Otherwise as {@link #onFrame}.
   */
  void onLargeFrame(LargeFrame frame);

  /**
   * The account of the client that the connection belongs to: the transport takes from it what it holds
   * of the client's frames, apart from the one that it is passing on. It becomes another account when
   * the client has resumed (PROTOCOL.md § 9.3). Called by the thread that delivers frames. When the
   * connection has ended, everything that was taken has been released, to the account that it was taken
   * from.
   */
  MemoryAccount memory();

  /**
   * The client broke a rule of the transport, or sent a frame of more than {@link #frameLimit} bytes, which
   * is {@link CloseReason#TOO_BIG}. The session answers with ERROR and calls {@link FrameConnection#close}
   * with the reason; it ignores what is delivered afterwards.
   *
   * <p>The transport calls this at most once, and delivers no more frames after it. But it goes on
   * reading, and discards what it reads, until the client has ended its side or the time of
   * {@code close} is over: a TCP connection that is closed with unread bytes is reset, and the client
   * would not get the ERROR.
   *
   * @param sentence for the client; without secrets and paths
   */
  void onViolation(CloseReason reason, String sentence);

  /**
   * The transport has something to write (a pong, a close) or has ended: the session calls
   * {@link FrameConnection#flush} soon, from its relay thread. Never blocks. A transport that wants a
   * flush before {@link SessionAcceptor#accept} has returned asks for it afterwards.
   */
  void onFlushWanted();

  /**
   * The connection has ended, in whatever way. Called once, after every frame, also after {@link
   * FrameConnection#close} and {@link FrameConnection#abort}.
   *
   * @param finished whether the client has said that it is done, and will not come back: the session
   *     then ends at once, even if it could be resumed (PROTOCOL.md § 9.3). An end of the stream alone
   *     says nothing: a client that is killed ends it too. A transport without a closing message of its
   *     own, such as frames over a plain stream, always passes false; a client without the capability
   *     {@code resume} is then gone all the same, and one with it has to be waited for. After the
   *     session's own {@code close} the value does not matter
   */
  void onClosed(boolean finished);
}
