package com.jstorrent.iodaemon.net.connect;

import com.jstorrent.iodaemon.config.Limits;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The options of every socket towards a peer (PROTOCOL.md § 4.5). */
public final class PeerOptions {
  private static final Logger LOG = LoggerFactory.getLogger(PeerOptions.class);

  private PeerOptions() {}

  /**
   * To be called before connecting: the receive window is announced in the SYN.
   */
  public static void apply(SocketChannel channel) throws IOException {
    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
    channel.setOption(StandardSocketOptions.SO_RCVBUF, Limits.PEER_RECEIVE_BUFFER_BYTES);
  }

  /** Accepted sockets inherit the receive buffer; set later it would not widen the window. */
  public static void apply(ServerSocketChannel channel) throws IOException {
    channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
    channel.setOption(StandardSocketOptions.SO_RCVBUF, Limits.PEER_RECEIVE_BUFFER_BYTES);
  }

  /** Closes a channel; its descriptor is gone whatever the system says. */
  public static void close(SocketChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      LOG.debug("A socket did not close cleanly: {}", e.toString());
    }
  }

  /** Makes the next close send RST and forget what was not sent. */
  public static void resetOnClose(SocketChannel channel) {
    try {
      channel.setOption(StandardSocketOptions.SO_LINGER, 0);
    } catch (IOException e) {
      // It is closed already, which is all that the option is for.
    }
  }
}
