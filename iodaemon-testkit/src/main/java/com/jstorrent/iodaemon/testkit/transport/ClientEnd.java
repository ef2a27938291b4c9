package com.jstorrent.iodaemon.testkit.transport;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The client's end of a connection of a transport. One thread sends while another receives; {@link
 * #close} and {@link #vanish} are called by any. All of them may block: the suite limits each wait.
 */
public interface ClientEnd {

  /**
   * Sends one frame.
   *
   * @throws IOException when the connection has ended
   */
  void send(byte[] frame) throws IOException;

  /**
   * Waits for the next frame of the daemon.
   *
   * @return null when the connection has ended, in whatever way
   */
  byte @Nullable [] receive() throws IOException, InterruptedException;

  /** Ends the connection in order, and says that the client is done if the transport has a way to say so. */
  void close() throws IOException;

  /** Ends the connection as if the process had been killed. Called again, it does nothing. */
  void vanish() throws IOException;
}
