package com.jstorrent.iodaemon.net;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.frame.Errno;
import com.jstorrent.iodaemon.frame.Opcode;
import com.jstorrent.iodaemon.memory.MemoryUse;
import com.jstorrent.iodaemon.net.connect.Lookups;
import com.jstorrent.iodaemon.net.connect.Reach;
import com.jstorrent.iodaemon.net.relay.Relay;
import com.jstorrent.iodaemon.net.relay.Selectable;
import com.jstorrent.iodaemon.net.relay.UdpRecvFrame;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.stats.SocketReport;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One UDP socket of a client (PROTOCOL.md § 4.10). The client's reader sends, the relay receives.
 * Neither waits: a datagram that cannot be sent at once, or whose host name does not resolve, is
 * dropped and counted.
 */
final class UdpSocket implements PeerSocket, Selectable {
  private static final Logger LOG = LoggerFactory.getLogger(UdpSocket.class);
  private static final String ALL_IPV4 = "0.0.0.0";

  /** How many datagrams one socket may receive before others get their turn. */
  private static final int DATAGRAMS_A_TURN = 64;

  /**
   * One failed receive is a notice about an earlier send; an endless series of them means a broken
   * socket.
   */
  private static final int MAX_FAILURES = 1000;

  private final int id;
  private final int requestId;
  private final NetContext net;
  private final Meter meter;
  private final Semaphore places = new Semaphore(Limits.LOOKUPS); // for datagrams whose host is looked up
  private final Lookups lookups;
  private final AtomicBoolean closed = new AtomicBoolean();
  private final AtomicBoolean released = new AtomicBoolean();
  private volatile @Nullable DatagramChannel channel; // set once
  private volatile @Nullable MulticastGroups groups; // used by the reader only; set by the thread that binds
  private volatile Reach reach = Reach.IPV4;
  private int failures; // relay only, in a row
  private volatile long toClient; // written by the relay only
  private volatile long fromClient; // written by the reader only

  UdpSocket(int id, int requestId, NetContext net) {
    this.id = id;
    this.requestId = requestId;
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
        DaemonFrame.Live.Kind.UDP_SOCKET,
        id,
        channel == null ? DaemonFrame.Live.State.CONNECTING : DaemonFrame.Live.State.OPEN,
        toClient,
        fromClient);
  }

  @Override
  public SocketReport report() {
    DatagramChannel bound = channel;
    return new SocketReport(
        Integer.toUnsignedLong(id),
        SocketReport.Kind.UDP,
        bound == null ? "binding" : "open",
        new SocketReport.Ends(
            null, bound == null ? 0 : Math.max(0, bound.socket().getLocalPort())),
        new SocketReport.Traffic(fromClient, toClient, 0, meter.pauses(), meter.drops()),
        meter.idle());
  }

  /**
   * Binds the socket; UDP_BOUND reports the outcome. An address is bound at once, so that what the
   * client sends right after this request goes out; a name is looked up first.
   */
  void bind(int port, String bindAddress) {
    String host = bindAddress.isEmpty() ? ALL_IPV4 : bindAddress;
    try {
      InetAddress literal = net.shared().resolver().literal(host);
      if (literal != null) {
        bind(literal, port);
      } else {
        Thread.ofVirtual().name("iodaemon-udp").start(() -> bindByName(host, port));
      }
    } catch (IOException | RuntimeException e) {
      refuse(Errno.of(e));
    }
  }

  private void bindByName(String host, int port) {
    try {
      bind(lookups.resolve(host, net.limits().connectTimeout()).first(), port);
    } catch (IOException | RuntimeException e) {
      refuse(Errno.of(e));
    } catch (InterruptedException e) {
      refuse(Errno.ECONNABORTED);
    }
  }

  private void bind(InetAddress address, int port) throws IOException {
    reach = Reach.from(address);
    net.relay().open();
    DatagramChannel bound =
        net.shared().sockets().openUdp(new InetSocketAddress(address, port));
    channel = bound;
    groups = new MulticastGroups(bound, net.shared().sockets());
    net.stats().increment(Counter.UDP_SOCKETS);
    net.shared().drops().watch(bound, this::droppedBySystem);
    if (closed.get()) { // the client has closed it meanwhile
      closeChannel();
      net.shared().drops().forget(bound);
      return;
    }
    int boundPort = ((InetSocketAddress) bound.getLocalAddress()).getPort();
    net.relay()
        .post(
            () -> {
              net.relay()
                  .sendNow(new DaemonFrame.UdpBound(requestId, id, boundPort, Errno.OK.number()));
              net.relay().announcements().flush(); // in a write before that of the first datagram
              net.relay().register(bound, this);
            });
  }

  private void refuse(Errno errno) {
    if (net.table().remove(this)) {
      net.relay().send(new DaemonFrame.UdpBound(requestId, id, 0, errno.number()));
    }
  }

  /** UDP_SEND. Called by the client's reader only. */
  void send(String host, int port, ByteBuffer data) {
    recordFromClient(data.remaining());
    try {
      InetAddress literal = net.shared().resolver().literal(host);
      if (literal != null) {
        transmit(literal, port, data);
      } else if (!places.tryAcquire()) {
        dropped("too many names are being looked up");
      } else if (!net.memory().tryTake(MemoryUse.FRAMES, bytesOfLookup(data.remaining()))) {
        places.release();
        dropped("there is no memory to keep it while its host is looked up");
      } else {
        lookUpAndSend(host, port, data);
      }
    } catch (IOException e) {
      dropped(e.toString());
    }
  }

  private void lookUpAndSend(String host, int port, ByteBuffer data) {
    int size = data.remaining();
    try {
      ByteBuffer copy = ByteBuffer.allocate(size).put(data).flip();
      Thread.ofVirtual().name("iodaemon-udp").start(() -> sendByName(host, port, copy));
    } catch (OutOfMemoryError e) {
      lookedUp(size);
      throw e;
    }
  }

  private void lookedUp(int datagram) {
    net.memory().release(MemoryUse.FRAMES, bytesOfLookup(datagram));
    places.release();
  }

  /** A look-up counts as much memory as a socket: both have a few objects, and wait for something. */
  private static int bytesOfLookup(int datagram) {
    return Limits.SOCKET_BYTES + datagram;
  }

  /** Drops UDP_SEND with more bytes than a datagram can have. The client's reader only. */
  void tooLong(int bytes) {
    recordFromClient(bytes);
    dropped("it is too long");
  }

  private void recordFromClient(int bytes) {
    fromClient += bytes;
    meter.moved();
  }

  private void sendByName(String host, int port, ByteBuffer data) {
    try {
      for (InetAddress address : lookups.resolve(host, net.limits().connectTimeout())
          .addresses()) {
        if (reach.covers(address)) {
          transmit(address, port, data);
          return;
        }
      }
      dropped("the name has no address of this family");
    } catch (IOException | InterruptedException | RuntimeException e) {
      dropped(e.toString());
    } finally {
      lookedUp(data.capacity());
    }
  }

  private void transmit(InetAddress address, int port, ByteBuffer data) {
    DatagramChannel bound = channel;
    int size = data.remaining();
    try {
      if (bound == null) {
        dropped("the socket is not bound");
      } else if (!net.shared().egress().allowsUdp(address)) {
        dropped("the egress rule forbids it");
      } else if (bound.send(data, new InetSocketAddress(address, port)) == 0 && size > 0) {
        dropped("the system takes no more now");
      } else {
        net.stats().add(Counter.UDP_BYTES_SENT, size);
      }
    } catch (IOException | RuntimeException e) {
      dropped(e.toString());
    }
  }

  private void droppedBySystem(long datagrams) {
    net.stats().add(Counter.UDP_RECEIVE_DROPS, datagrams);
    meter.dropped(datagrams);
  }

  private void dropped(String why) {
    net.stats().increment(Counter.UDP_SEND_DROPS);
    meter.dropped(1);
    LOG.debug("A datagram was dropped: {}", why);
  }

  @Override
  public void ready(SelectionKey key) {
    Relay relay = net.relay();
    ByteBuffer frame = relay.inbound().buffer();
    for (int i = 0; i < DATAGRAMS_A_TURN && !relay.paused() && receive(frame); i++) {
      relay.inbound().smallFramePasses();
      relay.client().write(Opcode.UDP_RECV, frame);
    }
  }

  /** Receives one datagram as a whole frame; false when none waits. */
  private boolean receive(ByteBuffer frame) {
    DatagramChannel bound = channel;
    if (bound == null) {
      return false;
    }
    int headroom = net.relay().client().headroom();
    UdpRecvFrame.prepare(frame, headroom);
    InetSocketAddress from;
    try {
      from = (InetSocketAddress) bound.receive(frame);
    } catch (ClosedChannelException e) {
      return false;
    } catch (IOException e) {
      failed(e);
      return false;
    }
    if (from == null) {
      return false;
    }
    failures = 0;
    int size = UdpRecvFrame.complete(frame, headroom, id, from);
    toClient += size;
    meter.moved();
    net.stats().add(Counter.UDP_BYTES_RECEIVED, size);
    return true;
  }

  /** An unreachable peer is reported by the next receive, and is not a failure of this socket. */
  private void failed(IOException notice) {
    LOG.debug("A notice about an earlier datagram: {}", notice.toString());
    if (++failures > MAX_FAILURES) {
      fail(Errno.of(notice));
    }
  }

  /** UDP_JOIN_MULTICAST and UDP_LEAVE_MULTICAST. Called by the client's reader only. */
  Errno membership(String group, boolean join) {
    MulticastGroups joined = groups;
    try {
      InetAddress address = net.shared().resolver().literal(group);
      if (address == null || !address.isMulticastAddress() || joined == null) {
        return Errno.EINVAL;
      }
      return join ? joined.join(address) : joined.leave(address);
    } catch (IOException | RuntimeException e) {
      return Errno.of(e);
    }
  }

  @Override
  public void clientClose(Duration linger) {
    close();
  }

  @Override
  public void abort(Duration linger) {
    fail(Errno.ECONNABORTED);
  }

  /** Closes the socket and tells the client, unless it has closed it already. */
  private void fail(Errno errno) {
    if (close()) {
      net.relay().send(new DaemonFrame.UdpClosed(0, id, errno.number()));
    }
  }

  /** Returns whether it was open. */
  private boolean close() {
    net.table().remove(this);
    lookups.end();
    boolean first = closed.compareAndSet(false, true);
    if (first) {
      closeChannel();
    }
    return first;
  }

  private void closeChannel() {
    DatagramChannel bound = channel;
    if (bound == null || !released.compareAndSet(false, true)) {
      return;
    }
    net.stats().decrement(Counter.UDP_SOCKETS);
    net.shared().drops().forget(bound);
    try {
      bound.close();
    } catch (IOException e) {
      LOG.debug("A UDP socket did not close cleanly: {}", e.getMessage());
    }
    net.relay().wakeUp(); // the port is free when the selector has forgotten it
  }
}
