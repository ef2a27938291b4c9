package com.jstorrent.iodaemon.client;

import com.jstorrent.iodaemon.frame.Capability;
import com.jstorrent.iodaemon.transport.InProcessTransport;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.Set;

/**
 * A client of a daemon: TCP and UDP sockets that the daemon opens, over one connection to it. All calls block, and
 * have a time limit. A call whose thread is interrupted throws {@link java.io.InterruptedIOException}. Make the
 * calls on virtual threads. Thread-safe.
 *
 * <pre>{@code
 * try (IoClient client = IoClient.connect(URI.create("ws://127.0.0.1:" + port + "/io"), token);
 *     TcpConnection connection = client.connect("example.org", 80)) {
 *   connection.output().write("GET / HTTP/1.0\r\n\r\n".getBytes(US_ASCII));
 *   connection.input().transferTo(System.out);
 * }
 * }</pre>
 *
 * <p>When the connection is lost and the daemon offers to resume the session (PROTOCOL.md § 9.3), the client does
 * so, and calls merely take longer. When that fails, all sockets end with {@link ConnectionLostException}.
 *
 * <p>Besides the exceptions that they name, calls on the client and on its sockets throw {@link
 * ConnectionLostException} when the session has ended, another {@link java.net.SocketException} or {@link
 * java.nio.channels.ClosedChannelException} when the program has closed the client or the socket, {@link
 * java.net.SocketTimeoutException} when the time limit of the options is over, and {@link
 * java.io.InterruptedIOException} when the thread is interrupted.
 */
public final class IoClient implements AutoCloseable {
  private final FrameLink.Connector connector;
  private final Session session;

  private IoClient(FrameLink.Connector connector, Session session) {
    this.connector = connector;
    this.session = session;
  }

  /**
   * Connects over a WebSocket, with default options.
   *
   * @param daemon such as {@code ws://127.0.0.1:port/io}, or {@code http://127.0.0.1:port}
   */
  public static IoClient connect(URI daemon, String token) throws IOException {
    return connect(daemon, token, ClientOptions.DEFAULT);
  }

  /**
   * Connects over a WebSocket.
   *
   * @param daemon such as {@code ws://127.0.0.1:port/io}, or {@code http://127.0.0.1:port}; {@code localhost} and
   *     {@code [::1]} are allowed too
   * @throws IllegalArgumentException when it is another machine's address, or has no port
   * @throws AuthenticationException when the token is wrong
   * @throws IOException when there is no connection
   */
  public static IoClient connect(URI daemon, String token, ClientOptions options)
      throws IOException {
    return over(new WebSocketConnector(daemon, token), token, options);
  }

  /** Connects to a daemon in this process, with default options. */
  public static IoClient over(InProcessTransport transport, String token) throws IOException {
    return over(transport, token, ClientOptions.DEFAULT);
  }

  /** Connects to a daemon in this process. */
  public static IoClient over(InProcessTransport transport, String token, ClientOptions options)
      throws IOException {
    return over(InProcessLink.connector(transport), token, options);
  }

  /**
   * Connects through a transport of your own, such as another WebSocket library.
   *
   * @param connector is closed together with the client, or at once when connecting fails
   */
  public static IoClient over(FrameLink.Connector connector, String token, ClientOptions options)
      throws IOException {
    boolean open = false;
    try {
      IoClient client = new IoClient(connector, Session.open(connector, token, options));
      open = true;
      return client;
    } finally {
      if (!open) {
        connector.close();
      }
    }
  }

  /** Those of the requested capabilities that the daemon has granted. */
  public Set<Capability> capabilities() {
    return Set.copyOf(session.context().negotiated().capabilities());
  }

  /** The current state. */
  public ClientState state() {
    return session.latest().state();
  }

  /** The latest change of the state; {@link StateChange#next} leads to later ones. */
  public StateChange stateChange() {
    return session.latest();
  }

  /** Connects to a peer, within the connect timeout of the options. */
  public TcpConnection connect(String host, int port) throws IOException {
    return connect(host, port, session.context().options().connectTimeout());
  }

  /**
   * Connects to a peer. A call that ends early, by its time limit or an interrupt, cancels the attempt.
   *
   * @param host a name, which the daemon resolves, or an address
   * @param timeout zero leaves only the daemon's own limit, 10 s
   * @throws IoErrnoException when there is no connection, for instance with errno 111 (ECONNREFUSED)
   */
  public TcpConnection connect(String host, int port, Duration timeout) throws IOException {
    TcpSocket socket =
        TcpSocket.connect(
            session.context(),
            AddressChecks.checkHost(host),
            AddressChecks.checkPort(port),
            CallTimeout.of("Connecting", timeout));
    return new TcpConnection(
        socket, InetSocketAddress.createUnresolved(host, port), session.context().options());
  }

  /**
   * Accepts connections to a port.
   *
   * @param address an address of the daemon's machine; empty for all IPv4 addresses
   * @param port 0 for any free one
   * @throws IoErrnoException for instance with errno 98 (EADDRINUSE)
   */
  public TcpServer listen(String address, int port) throws IOException {
    return TcpServer.listen(
        session.context(), address, AddressChecks.checkPort(port), request("Listening"));
  }

  /**
   * Opens a UDP socket.
   *
   * @param address an address of the daemon's machine; empty for all IPv4 addresses
   * @param port 0 for any free one
   * @throws IoErrnoException for instance with errno 98 (EADDRINUSE)
   */
  public UdpSocket bind(String address, int port) throws IOException {
    return UdpSocket.bind(session.context(), address, AddressChecks.checkPort(port),
        request("Binding"));
  }

  private CallTimeout request(String what) {
    return CallTimeout.of(what, session.context().options().requestTimeout());
  }

  /**
   * Ends the client and all its sockets. What was written is handed to the daemon first, which goes on sending it
   * to peers for half a second (PROTOCOL.md § 4.12). To know that the bytes of a connection have arrived, close
   * that connection first. Closing again does nothing.
   *
   * <p>Blocks until that is done, also over a new connection if the present one is lost, but at most for {@link
   * ClientOptions.Builder#closeTimeout} and two seconds more.
   */
  @Override
  public void close() {
    if (session.close()) {
      connector.close();
    }
  }
}
