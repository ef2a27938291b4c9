package com.jstorrent.iodaemon.net;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.frame.Errno;
import com.jstorrent.iodaemon.stats.Counter;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A server of a client. It is bound on a virtual thread, since its address may be a name; after
 * that only the relay touches it, so TCP_ACCEPT comes before any frame of the new socket.
 */
final class TcpListener {
  private static final Logger LOG = LoggerFactory.getLogger(TcpListener.class);
  private static final String ALL_IPV4 = "0.0.0.0";

  private final int id;
  private final NetContext net;
  private volatile @Nullable ServerSocketChannel channel;
  private volatile boolean closed;
  private final AtomicBoolean released = new AtomicBoolean();
  private boolean pauseLogged; // relay only

  TcpListener(int id, NetContext net) {
    this.id = id;
    this.net = net;
  }

  int id() {
    return id;
  }

  ServerSocketChannel channel() {
    ServerSocketChannel bound = channel;
    if (bound == null) {
      throw new IllegalStateException("The server is not bound.");
    }
    return bound;
  }

  /** Binds and answers with TCP_LISTEN_RESULT. Does not block. */
  void listen(int requestId, int port, String bindAddress) {
    Thread.ofVirtual()
        .name("iodaemon-listen")
        .start(
            () -> {
              try {
                ServerSocketChannel bound = bind(port, bindAddress);
                net.relay().post(() -> start(requestId, bound));
              } catch (IOException | RuntimeException e) {
                fail(requestId, Errno.of(e));
              } catch (InterruptedException e) {
                fail(requestId, Errno.ECONNABORTED);
              }
            });
  }

  private ServerSocketChannel bind(int port, String bindAddress)
      throws IOException, InterruptedException {
    String host = bindAddress.isEmpty() ? ALL_IPV4 : bindAddress;
    InetAddress address =
        net.shared().resolver().resolve(host, net.limits().connectTimeout()).get(0);
    // A channel of the default family would listen on IPv6 as well when given 0.0.0.0.
    ServerSocketChannel bound =
        ServerSocketChannel.open(
            address instanceof Inet4Address
                ? StandardProtocolFamily.INET
                : StandardProtocolFamily.INET6);
    try {
      PeerOptions.apply(bound);
      bound.configureBlocking(false);
      return bound.bind(new InetSocketAddress(address, port), Limits.BACKLOG);
    } catch (IOException | RuntimeException e) {
      bound.close();
      throw e;
    }
  }

  private void start(int requestId, ServerSocketChannel bound) throws IOException {
    net.stats().increment(Counter.TCP_SERVERS);
    channel = bound;
    if (closed) {
      closeChannel(bound);
      return;
    }
    int port = ((InetSocketAddress) bound.getLocalAddress()).getPort();
    net.relay().send(new DaemonFrame.TcpListenResult(requestId, id, port, Errno.OK.number()));
    net.relay().attach(this);
  }

  private void fail(int requestId, Errno errno) {
    net.table().remove(this);
    net.relay().send(new DaemonFrame.TcpListenResult(requestId, id, 0, errno.number()));
  }

  /** Takes the connections that wait. Called by the relay when there are some. */
  void accept() throws IOException {
    try {
      for (SocketChannel peer; (peer = channel().accept()) != null;) {
        pauseLogged = false;
        admit(peer);
      }
    } catch (ClosedChannelException e) {
      // The client has stopped the server meanwhile.
    } catch (IOException e) {
      pause(e);
    }
  }

  private void admit(SocketChannel peer) throws IOException {
    if (net.table().socketCount() >= net.limits().sockets()) {
      peer.close();
      return;
    }
    TcpSocket socket = new TcpSocket(net.table().nextAcceptedId(), 0, net);
    InetSocketAddress remote;
    try {
      remote = (InetSocketAddress) peer.getRemoteAddress();
      PeerOptions.apply(peer);
      peer.configureBlocking(false);
    } catch (IOException e) {
      peer.close(); // it went away before it was ever announced
      return;
    }
    if (!net.table().add(socket) || !socket.open(peer)) {
      peer.close();
      return;
    }
    net.relay()
        .send(
            new DaemonFrame.TcpAccept(
                0, id, socket.id(), remote.getPort(), remote.getAddress().getHostAddress()));
    net.relay().attach(socket);
  }

  /** PROTOCOL.md § 4.11: descriptors run out and come back; the server waits for that. */
  private void pause(IOException failure) {
    if (!pauseLogged) {
      pauseLogged = true;
      LOG.warn("Accepting pauses: {}", failure.getMessage());
    }
    interest(0);
    net.shared()
        .timer()
        .schedule(
            () -> net.relay().post(() -> interest(SelectionKey.OP_ACCEPT)),
            Limits.ACCEPT_PAUSE.toMillis(),
            TimeUnit.MILLISECONDS);
  }

  private void interest(int operations) {
    SelectionKey key = net.relay().keyOf(channel());
    if (key != null && key.isValid()) {
      key.interestOps(operations);
    }
  }

  /** TCP_STOP_LISTEN, or the end of the connection; accepted sockets live on. Any thread. */
  void close() {
    net.table().remove(this);
    closed = true;
    ServerSocketChannel bound = channel;
    if (bound != null) {
      closeChannel(bound);
    }
  }

  private void closeChannel(ServerSocketChannel bound) {
    if (!released.compareAndSet(false, true)) {
      return;
    }
    net.stats().decrement(Counter.TCP_SERVERS);
    try {
      bound.close();
    } catch (IOException e) {
      LOG.debug("A server did not close cleanly: {}", e.getMessage());
    }
    net.relay().wakeUp(); // the port is free when the selector has forgotten the channel
  }
}
