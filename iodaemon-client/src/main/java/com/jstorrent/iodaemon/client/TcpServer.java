package com.jstorrent.iodaemon.client;

import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.AsynchronousCloseException;
import java.time.Duration;

/** A port of the daemon's machine that accepts TCP connections. Thread-safe. */
public final class TcpServer implements AutoCloseable {
  private final SessionContext context;
  private final int id;
  private final BoundedQueue<TcpConnection> accepted;
  private volatile InetSocketAddress local = InetSocketAddress.createUnresolved("", 0);

  private TcpServer(SessionContext context) {
    this.context = context;
    this.accepted = new BoundedQueue<>(context.options().backlog());
    this.id = context.servers().add(new Events());
  }

  static TcpServer listen(SessionContext context, String address, int port, CallTimeout timeout)
      throws IOException {
    TcpServer server = new TcpServer(context);
    boolean listening = false;
    try {
      DaemonFrame.TcpListenResult result =
          (DaemonFrame.TcpListenResult) context.ask(
              request -> new ClientFrame.TcpListen(request, server.id, port, address), timeout);
      if (result.errno() != 0) {
        throw new IoErrnoException("Listening on port " + port, result.errno());
      }
      server.local =
          InetSocketAddress.createUnresolved(
              address.isEmpty() ? "0.0.0.0" : address, result.boundPort());
      listening = true;
      return server;
    } finally {
      if (!listening) {
        server.close();
      }
    }
  }

  /** Where it listens; the address is not resolved. */
  public InetSocketAddress localAddress() {
    return local;
  }

  public int port() {
    return local.getPort();
  }

  /** As {@link #accept(Duration)}, with the read timeout of the options. */
  public TcpConnection accept() throws IOException {
    return accept(context.options().readTimeout());
  }

  /**
   * Waits for a connection. The oldest that waits comes first.
   *
   * @param timeout zero means without limit
   * @throws java.nio.channels.AsynchronousCloseException when the server has been closed
   * @throws ConnectionLostException when the session has ended
   * @throws java.net.SocketTimeoutException when none comes in time
   * @throws java.io.InterruptedIOException when the thread is interrupted
   */
  public TcpConnection accept(Duration timeout) throws IOException {
    return accepted.take(connection -> 1, CallTimeout.of("Accepting", timeout));
  }

  /**
   * Stops listening. Connections that {@link #accept} has returned stay open, those that still wait for it are
   * closed.
   */
  @Override
  public void close() {
    context.servers().remove(id);
    context.outbox().putControl(new ClientFrame.TcpStopListen(0, id));
    accepted.end(AsynchronousCloseException::new);
    accepted.takeAll().forEach(TcpConnection::closeNow);
  }

  private final class Events implements SocketEvents {
    @Override
    public void onFrame(DaemonFrame frame) {
      if (frame instanceof DaemonFrame.TcpAccept f) {
        InetSocketAddress remote =
            InetSocketAddress.createUnresolved(f.remoteAddress(), f.remotePort());
        TcpSocket socket =
            new TcpSocket(context, f.socketId(), f.remoteAddress() + ':' + f.remotePort());
        if (!accepted.offer(new TcpConnection(socket, remote, context.options()), 1)) {
          socket.closeNow();
        }
      }
    }

    @Override
    public void onLost(ExceptionSupplier why) {
      accepted.end(why);
    }
  }
}
