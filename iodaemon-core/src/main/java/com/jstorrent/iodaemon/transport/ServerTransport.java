package com.jstorrent.iodaemon.transport;

import java.io.IOException;

/** A way in for clients: it is started with the daemon and hands each connection to a session. */
public interface ServerTransport {

  /**
   * Opens the way in. When it returns, clients are served.
   *
   * @throws IOException when that fails, with a sentence for the person who started the daemon
   */
  BoundTransport start(DaemonServices services) throws IOException;
}
