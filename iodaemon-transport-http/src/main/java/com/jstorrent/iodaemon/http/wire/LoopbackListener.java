package com.jstorrent.iodaemon.http.wire;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.time.MonotonicClock;
import com.jstorrent.iodaemon.transport.BoundTransport;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A port on 127.0.0.1: one thread accepts, each connection is served on a virtual thread of its own,
 * which may wait but must not block on a disk. The loop survives running out of descriptors, and takes
 * only so many connections at once ({@link OpenConnections}); the others wait in the backlog.
 */
public final class LoopbackListener implements BoundTransport {
  private static final Logger LOG = LoggerFactory.getLogger(LoopbackListener.class);
  private static final String POLLER = "sun.nio.ch.Poller";

  /** Serves the connections of the port. */
  @FunctionalInterface
  public interface Handler {
    /**
     * Serves one connection; the channel is closed when it returns.
     *
     * @param exempt to be called when the client has shown that it may be here; until then the
     *     connection may be closed for another one
     */
    void serve(SocketChannel channel, Runnable exempt) throws IOException;

    /** Lets every connection end as soon as its current work is done. Does not block. */
    default void drain() {}
  }

  private final ServerSocketChannel server;
  private final Handler handler;
  private final MonotonicClock clock;
  private final Consumer<Throwable> onFailure;
  private final OpenConnections connections;
  private final int port;
  private final Thread acceptor =
      Thread.ofPlatform().daemon().name("iodaemon-accept").unstarted(this::acceptAll);
  private volatile boolean draining;
  private volatile long deadline; // for the work under way, once draining

  LoopbackListener(
      ServerSocketChannel server,
      int connections,
      Handler handler,
      MonotonicClock clock,
      Consumer<Throwable> onFailure)
      throws IOException {
    this.server = server;
    this.handler = handler;
    this.clock = clock;
    this.onFailure = onFailure;
    this.connections = new OpenConnections(connections, clock::nanoTime);
    this.port = ((InetSocketAddress) server.getLocalAddress()).getPort();
  }

  /**
   * Binds the port and begins to accept.
   *
   * @param port 0 lets the system choose
   * @param clock for the time limit of work under way when the port is closed
   * @param onFailure is told of a failure that ends the accept loop, and of running out of memory
   * @throws IOException when the port cannot be used, with a sentence that names it
   */
  public static LoopbackListener open(
      int port,
      int connections,
      Handler handler,
      MonotonicClock clock,
      Consumer<Throwable> onFailure)
      throws IOException {
    openWhatVirtualThreadsWaitWith();
    ServerSocketChannel server = ServerSocketChannel.open();
    try {
      InetAddress loopback = InetAddress.getByAddress("localhost", new byte[] {127, 0, 0, 1});
      server.bind(new InetSocketAddress(loopback, port), Limits.BACKLOG);
      LoopbackListener listener =
          new LoopbackListener(server, connections, handler, clock, onFailure);
      listener.acceptor.start();
      return listener;
    } catch (BindException e) {
      server.close();
      throw new BindException(
          "Port " + port + " on 127.0.0.1 cannot be used: " + e.getMessage() + ".");
    } catch (IOException | RuntimeException e) {
      server.close();
      throw e;
    }
  }

  /**
   * The first virtual thread that waits for a socket makes the JDK open descriptors. If that failed for want of
   * descriptors, no virtual thread could ever wait again; so they are opened before the port accepts connections.
   */
  private static void openWhatVirtualThreadsWaitWith() throws IOException {
    try {
      Class.forName(POLLER, true, null);
    } catch (ClassNotFoundException e) {
      LOG.debug("This JDK has another way to let virtual threads wait.");
    } catch (LinkageError e) {
      throw new IOException("The system has no descriptor left.", e);
    }
  }

  @Override
  public int port() {
    return port;
  }

  /** The body of the accept thread. */
  void acceptAll() {
    try {
      acceptUntilClosed();
      if (!draining) {
        throw new ClosedChannelException();
      }
    } catch (IOException | RuntimeException | Error e) {
      LOG.error("Port {} no longer accepts connections.", port, e);
      onFailure.accept(e);
    }
  }

  private void acceptUntilClosed() {
    boolean pauseLogged = false;
    while (server.isOpen()) {
      try {
        begin(server.accept());
        pauseLogged = false;
      } catch (ClosedChannelException e) {
        LOG.debug("Port {} is closed.", port);
      } catch (IOException e) {
        if (!pauseLogged) {
          pauseLogged = true;
          LOG.warn("Accepting pauses: {}", e.getMessage());
        }
        connections.makeRoom();
      }
    }
  }

  private void begin(SocketChannel channel) throws IOException {
    if (!connections.begin(channel)) {
      closeQuietly(channel);
      return;
    }
    try {
      Thread.ofVirtual().name("iodaemon-visitor").start(() -> serve(channel));
    } catch (OutOfMemoryError e) { // threads run out and come back, as descriptors do
      connections.end(channel);
      closeQuietly(channel);
      throw new IOException("The system has no thread left.");
    }
  }

  private void serve(SocketChannel channel) {
    try (channel) {
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      handler.serve(channel, () -> connections.exemptFromEviction(channel));
    } catch (IOException e) {
      LOG.trace("A connection has broken: {}", e.getMessage());
    } catch (OutOfMemoryError e) {
      onFailure.accept(e);
    } catch (RuntimeException | Error e) {
      LOG.error("A connection ends because of a defect.", e);
    } finally {
      connections.end(channel);
    }
  }

  @Override
  public void drain() {
    if (!draining) {
      deadline = clock.nanoTime() + Limits.SHUTDOWN_GRACE.toNanos();
      draining = true;
    }
    closeQuietly(server);
    connections.stop();
    handler.drain();
  }

  @Override
  public void close() {
    drain();
    connections.endAll(deadline - clock.nanoTime());
    awaitAcceptor();
  }

  /** Waits for the accept thread: while it is in its system call, the port still takes connections. */
  private void awaitAcceptor() {
    try {
      if (Thread.currentThread() != acceptor) {
        acceptor.join(Limits.CLOSE_HANDSHAKE);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  static void closeQuietly(AutoCloseable channel) {
    try {
      channel.close();
    } catch (Exception e) {
      LOG.debug("A channel did not close cleanly: {}", e.getMessage());
    }
  }
}
