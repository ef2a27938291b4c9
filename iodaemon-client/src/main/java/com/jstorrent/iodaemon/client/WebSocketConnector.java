package com.jstorrent.iodaemon.client;

import com.jstorrent.iodaemon.client.address.DaemonAddress;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.channels.SocketChannel;
import java.time.Duration;

/** Connects to a daemon's port with a WebSocket. */
final class WebSocketConnector implements FrameLink.Connector {
  private static final String PATH = "/io";
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);

  private final URI address;
  private final String token;
  private final Duration closeTimeout;

  WebSocketConnector(URI daemon, String token) {
    this(daemon, token, CLOSE_TIMEOUT);
  }

  /**
   * @param closeTimeout how long closing a connection waits for the daemon's Close
   */
  WebSocketConnector(URI daemon, String token, Duration closeTimeout) {
    this.address = address(daemon);
    this.token = token;
    this.closeTimeout = closeTimeout;
  }

  /**
   * Accepts an {@code http} address of the daemon as well, and fills in a missing path. Refuses another machine: the
   * token must not leave this one, and a daemon answers only to these names (PROTOCOL.md § 2).
   */
  static URI address(URI daemon) {
    if (!DaemonAddress.isOne(daemon, "ws", "http")) {
      throw new IllegalArgumentException(
          "The daemon's address must look like ws://127.0.0.1:port/io.");
    }
    String path = daemon.getRawPath();
    String query = daemon.getRawQuery();
    return URI.create(
        "ws://"
            + daemon.getRawAuthority()
            + (path.isEmpty() || path.equals("/") ? PATH : path)
            + (query == null ? "" : '?' + query));
  }

  @Override
  public FrameLink connect(Duration timeout) throws IOException, InterruptedException {
    SocketDeadline deadline =
        timeout.isZero() ? SocketDeadline.never() : SocketDeadline.after(timeout);
    SocketChannel channel = SocketChannel.open(); // which an interrupt closes, unlike a plain socket
    boolean open = false;
    try {
      Socket socket = channel.socket();
      socket.setTcpNoDelay(true);
      socket.setKeepAlive(true); // something between may forget the connection without a reset
      socket.connect(
          new InetSocketAddress(address.getHost(), address.getPort()), deadline.millis());
      WebSocketHandshake handshake = new WebSocketHandshake(address, token);
      WebSocketInput input = new WebSocketInput(channel);
      handshake.request(socket.getOutputStream());
      handshake.answer(input, deadline);
      FrameLink link = new WebSocketLink(socket, input, closeTimeout);
      open = true;
      return link;
    } catch (AuthenticationException e) {
      throw e;
    } catch (SocketTimeoutException e) {
      throw new SocketTimeoutException("Connecting to the daemon took too long.");
    } catch (IOException e) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      throw new IOException("The client could not connect to the daemon: " + e.getMessage(), e);
    } finally {
      if (!open) {
        channel.close();
      }
    }
  }

  @Override
  public void close() {
    // Connections share nothing.
  }
}
