package example;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.transport.BoundTransport;
import com.jstorrent.iodaemon.transport.ConnectionInfo;
import com.jstorrent.iodaemon.transport.HelloCodec;
import com.jstorrent.iodaemon.transport.SessionAcceptor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** The socket that clients connect to, and their connections. */
final class UnixListener implements BoundTransport {
  private final Path socket;
  private final ServerSocketChannel server;
  private final SessionAcceptor sessions;
  private final Consumer<Runnable> closeLimit;
  private final Consumer<Throwable> failure;
  private final Set<UnixConnection> connections = ConcurrentHashMap.newKeySet();

  private UnixListener(
      Path socket,
      ServerSocketChannel server,
      SessionAcceptor sessions,
      Consumer<Runnable> closeLimit,
      Consumer<Throwable> failure) {
    this.failure = failure;
    this.socket = socket;
    this.server = server;
    this.sessions = sessions;
    this.closeLimit = closeLimit;
  }

  /**
   * Listens.
   *
   * @param closeLimit runs a task when a client has had its time to take part in close
   * @param failure is told what the transport cannot survive
   */
  static UnixListener start(
      Path socket,
      SessionAcceptor sessions,
      Consumer<Runnable> closeLimit,
      Consumer<Throwable> failure)
      throws IOException {
    ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      server.bind(UnixDomainSocketAddress.of(socket));
    } catch (IOException e) {
      server.close();
      throw e;
    }
    UnixListener listener = new UnixListener(socket, server, sessions, closeLimit, failure);
    Thread.ofPlatform().daemon().name("unix-accept").start(listener::acceptAll);
    return listener;
  }

  private void acceptAll() {
    try {
      while (server.isOpen()) {
        acceptOne();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException | Error e) {
      failure.accept(e); // no client could come any more
    }
  }

  /** Descriptors run out and come back, so a failure is no end. */
  private void acceptOne() throws InterruptedException {
    try {
      serve(server.accept());
    } catch (ClosedChannelException e) {
      // drain has closed the socket
    } catch (IOException e) {
      Thread.sleep(Limits.ACCEPT_PAUSE);
    }
  }

  private void serve(SocketChannel channel) {
    UnixConnection connection = new UnixConnection(channel, closeLimit);
    connections.add(connection);
    connection.accepted(
        sessions.accept(connection, new ConnectionInfo(false, null, HelloCodec.EMPTY_ONLY)));
    Thread.ofPlatform()
        .daemon()
        .name("unix-reader")
        .start(
            () -> {
              connection.readAll();
              connections.remove(connection);
            });
  }

  @Override
  public int port() {
    return 0;
  }

  @Override
  public void drain() {
    try {
      server.close();
      Files.deleteIfExists(socket);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    drain();
    connections.forEach(UnixConnection::abort);
  }
}
