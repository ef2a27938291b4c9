package com.jstorrent.iodaemon.net;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.frame.Errno;
import com.jstorrent.iodaemon.net.address.AddressText;
import com.jstorrent.iodaemon.net.connect.Lookups;
import com.jstorrent.iodaemon.net.connect.PeerSockets;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.stats.SocketReport;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A server of a client, on a virtual thread of its own: binds, then accepts. It hands what it accepts
 * to the relay, so that TCP_ACCEPT comes before any frame of the new socket; while the relay waits for
 * the client, new connections wait in the backlog. Its channel is blocking, and not registered with the
 * relay's selector, so that closing it frees the port at once.
 */
final class TcpListener implements PeerSocket {
  private static final Logger LOG = LoggerFactory.getLogger(TcpListener.class);
  private static final String ALL_IPV4 = "0.0.0.0";

  /** How many accepted connections may wait for the relay; further ones wait in the backlog. */
  private static final int HANDED_OVER = 64;

  private final int id;
  private final int requestId;
  private final long number;
  private final NetContext net;
  private final Meter meter;
  private final Lookups lookups;
  private final Semaphore room = new Semaphore(HANDED_OVER);
  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable ServerSocketChannel channel; // guarded by lock
  private boolean closed; // guarded by lock
  private final CountDownLatch portIsFree = new CountDownLatch(1);
  private volatile int requestedPort;
  private volatile int boundPort;

  /**
   * @param requestId of the TCP_LISTEN
   */
  TcpListener(int id, int requestId, NetContext net) {
    this.id = id;
    this.requestId = requestId;
    this.number = net.table().stopped().nextNumber();
    this.net = net;
    this.meter = new Meter(net.shared().clock());
    this.lookups = new Lookups(net.shared().resolver());
  }

  @Override
  public int id() {
    return id;
  }

  @Override
  public Meter meter() {
    return meter;
  }

  @Override
  public DaemonFrame.Live live() {
    return new DaemonFrame.Live(
        DaemonFrame.Live.Kind.TCP_SERVER, id, DaemonFrame.Live.State.OPEN, 0, 0);
  }

  @Override
  public SocketReport report() {
    int port = boundPort;
    return new SocketReport(
        Integer.toUnsignedLong(id),
        SocketReport.Kind.SERVER,
        port == 0 ? "binding" : "listening",
        new SocketReport.Ends(null, port),
        new SocketReport.Traffic(0, 0, 0, meter.pauses(), meter.drops()),
        meter.idle());
  }

  /** Starts the server; TCP_LISTEN_RESULT reports the outcome. Does not block. */
  void listen(int port, String bindAddress) {
    requestedPort = port;
    Thread.ofVirtual().name("iodaemon-listen").start(() -> serve(port, bindAddress));
  }

  private void serve(int port, String bindAddress) {
    try (ServerSocketChannel server = bind(port, bindAddress)) {
      if (publish(server)) {
        acceptAll(server);
      }
    } catch (IOException | RuntimeException e) {
      fail(Errno.of(e));
    } catch (InterruptedException e) {
      fail(Errno.ECONNABORTED);
    } finally {
      portIsFree.countDown();
      net.table().stopped().remove(number);
    }
  }

  private ServerSocketChannel bind(int port, String bindAddress)
      throws IOException, InterruptedException {
    String host = bindAddress.isEmpty() ? ALL_IPV4 : bindAddress;
    InetAddress address = lookups.resolve(host, net.limits().connectTimeout()).first();
    net.relay().open();
    net.table().stopped().awaitEarlier(number, port); // the last one may have been stopped just now
    return net.shared().sockets().openServer(new InetSocketAddress(address, port));
  }

  /**
   * Tells the client which port it listens on; returns false when the client has stopped the server
   * meanwhile.
   */
  private boolean publish(ServerSocketChannel server) throws IOException {
    int port = ((InetSocketAddress) server.getLocalAddress()).getPort();
    lock.lock();
    try {
      if (closed) {
        return false;
      }
      boundPort = port;
      channel = server;
      net.stats().increment(Counter.TCP_SERVERS);
    } finally {
      lock.unlock();
    }
    net.relay().send(new DaemonFrame.TcpListenResult(requestId, id, port, Errno.OK.number()));
    return true;
  }

  private void fail(Errno errno) {
    if (net.table().removeServer(this)) {
      net.relay().send(new DaemonFrame.TcpListenResult(requestId, id, 0, errno.number()));
    }
  }

  private void acceptAll(ServerSocketChannel server) throws InterruptedException {
    boolean pauseLogged = false;
    while (server.isOpen()) {
      room.acquire();
      try {
        SocketChannel peer = server.accept();
        pauseLogged = false;
        net.relay().post(() -> admit(peer));
        continue;
      } catch (ClosedChannelException e) {
        LOG.trace("A server was stopped.");
      } catch (IOException e) {
        // PROTOCOL.md § 4.11: descriptors run out and come back; the server waits for that.
        if (!pauseLogged) {
          pauseLogged = true;
          meter.paused();
          LOG.warn("Accepting pauses: {}", e.getMessage());
        }
        Thread.sleep(Limits.ACCEPT_PAUSE);
      }
      room.release();
    }
  }

  /** On the relay's thread. */
  private void admit(SocketChannel peer) {
    room.release();
    meter.moved();
    TcpSocket socket = new TcpSocket(net.table().nextAcceptedId(), 0, "", net);
    InetSocketAddress remote = prepare(peer);
    if (remote == null
        || net.table().admit(socket, net.limits()) != Errno.OK
        || !socket.open(peer)) {
      PeerSockets.close(peer);
      return;
    }
    socket.announce(
        new DaemonFrame.TcpAccept(
            0, id, socket.id(), remote.getPort(), AddressText.of(remote.getAddress())));
  }

  /** Returns the address of the peer, or null when it went away before it was ever announced. */
  private @Nullable InetSocketAddress prepare(SocketChannel peer) {
    try {
      net.relay().open(); // the server may have been stopped meanwhile
      net.shared().sockets().accepted(peer);
      peer.configureBlocking(false);
      return (InetSocketAddress) peer.getRemoteAddress();
    } catch (IOException e) {
      LOG.trace("A connection went away before it was announced: {}", e.toString());
      return null;
    }
  }

  /** TCP_STOP_LISTEN, or the end of the connection; accepted sockets live on. Any thread. */
  @Override
  public void clientClose(Duration linger) {
    net.table().removeServer(this);
    lookups.end();
    lock.lock();
    try {
      closed = true;
      // The port that it is binding just now, if the client has named one, or has bound.
      net.table().stopped().add(number, boundPort == 0 ? requestedPort : boundPort, portIsFree);
      if (channel != null && channel.isOpen()) {
        net.stats().decrement(Counter.TCP_SERVERS);
        channel.close();
      }
    } catch (IOException e) {
      LOG.debug("A server did not close cleanly: {}", e.getMessage());
    } finally {
      lock.unlock();
    }
  }
}
