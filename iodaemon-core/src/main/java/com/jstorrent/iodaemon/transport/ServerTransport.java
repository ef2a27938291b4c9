package com.jstorrent.iodaemon.transport;

import java.io.IOException;

/**
 * A way in for clients: it is started with the daemon and hands each connection to a session.
 *
 * <p>To write one:
 *
 * <ul>
 *   <li>{@link #start} opens the way in, and for each connection that has come up calls {@link
 *       SessionAcceptor#accept} with its {@link FrameConnection} and what is known of it ({@link
 *       ConnectionInfo}). What arrives goes to the {@link FrameReceiver} that it returns.
 *   <li>Deadlines are counted by {@link DaemonServices#clock}; buffers come from {@link
 *       DaemonServices#memory}, and what they hold for a client is taken from {@link
 *       FrameReceiver#memory}.
 *   <li>What the client breaks goes to {@link FrameReceiver#onViolation}; what the daemon cannot survive,
 *       such as a lack of memory, to {@link DaemonServices#reportFailure}.
 *   <li>{@code FrameConnectionContract} of {@code iodaemon-testkit} is the test of all that.
 * </ul>
 */
public interface ServerTransport {

  /**
   * Opens the way in. When it returns, clients are served. Called once for each daemon that it is given
   * to; may block while it binds.
   *
   * @throws IOException when that fails, with a sentence for the person who started the daemon
   */
  BoundTransport start(DaemonServices services) throws IOException;
}
