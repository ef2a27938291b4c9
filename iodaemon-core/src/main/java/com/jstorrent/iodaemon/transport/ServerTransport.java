package com.jstorrent.iodaemon.transport;

import java.io.IOException;

/**
 * The way that clients reach the daemon: it is started with the daemon, and hands each connection to a
 * session.
 *
 * <p>To write one:
 *
 * <ul>
 *   <li>{@link #start} begins to accept clients, and for each new connection calls
 *       {@link SessionAcceptor#accept} with its {@link FrameConnection} and what is known of it
 *       ({@link ConnectionInfo}). What arrives goes to the {@link FrameReceiver} that it returns.
 *   <li>Deadlines are counted by {@link DaemonServices#clock}; buffers come from {@link
 *       DaemonServices#memory}, and what they hold for a client is taken from {@link
 *       FrameReceiver#memory}.
 *   <li>A rule that the client breaks is reported to {@link FrameReceiver#onViolation}; what the daemon
 *       cannot survive, such as a lack of memory, to {@link DaemonServices#reportFailure}.
 *   <li>{@code FrameConnectionContract} of {@code iodaemon-testkit} tests all of this.
 * </ul>
 */
public interface ServerTransport {

  /**
   * Begins to accept clients. When it returns, clients are served. Called once for each daemon that it
   * is given to; may block while it binds.
   *
   * @throws IOException when that fails, with a sentence for the person who started the daemon
   */
  BoundTransport start(DaemonServices services) throws IOException;
}
