package com.jstorrent.iodaemon.net;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.frame.Errno;
import com.jstorrent.iodaemon.frame.Opcode;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.stats.Stats;
import com.jstorrent.iodaemon.time.MonotonicClock;
import com.jstorrent.iodaemon.transport.BufferPool;
import com.jstorrent.iodaemon.transport.FrameConnection;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that writes to a client: it reads the peers of a connection in turn, each straight
 * into the frame being built, and sends every other frame between two of them.
 *
 * <p>Nothing is queued on this way. {@link FrameConnection#send} blocks while the client takes
 * nothing; then no peer is read, and TCP slows the peers. Since one thread reads, sends and closes,
 * the order that PROTOCOL.md § 4.2 asks for needs no locks: TCP_CONNECTED and TCP_ACCEPT are sent
 * before a channel is registered, TCP_CLOSE after its last byte was read.
 */
final class Relay implements SelectorLoop.Handler {
  private static final Logger LOG = LoggerFactory.getLogger(Relay.class);

  /** Reads that bring nothing for the client, as in a handshake, before others have their turn. */
  private static final int READS_A_TURN = 16;

  /** Datagrams that one socket may bring before others have their turn. */
  private static final int DATAGRAMS_A_TURN = 64;

  /** What a read says at the end of a stream. */
  private static final int ENDED = -1;

  private static final int FAILED = -2;

  private final ClientWriter client;
  private final Stats stats;
  private final ReaderGate gate;
  private final InboundFrame inbound; // relay's thread only
  private final SelectorLoop loop;
  private final Set<TcpSocket> postponed = new LinkedHashSet<>(); // relay's thread only
  private final Announcements announcements;

  Relay(
      FrameConnection connection,
      Stats stats,
      ReaderGate gate,
      BufferPool buffers,
      MonotonicClock clock)
      throws IOException {
    this.client = new ClientWriter(connection, stats, clock);
    this.stats = stats;
    this.gate = gate;
    this.loop = new SelectorLoop();
    this.announcements = new Announcements(client, loop, clock, this::attach);
    this.inbound = new InboundFrame(buffers, clock, client.headroom());
  }

  /** The way to the client; what it says of threads holds. */
  ClientWriter client() {
    return client;
  }

  /**
   * Serves a connection until it ends, in order or not; the caller closes it afterwards. With frames
   * kept it may be run again for another connection.
   *
   * @param first what is to be sent before anything else
   * @throws IOException when the connection has broken
   */
  void run(FrameConnection served, SelectorLoop.Task first) throws IOException {
    client.begin(served, loop::end);
    announcements.restart();
    first.run();
    loop.run(this);
    IOException broken = client.broken();
    if (broken != null) {
      throw broken;
    }
  }

  /** Gets ready to {@link #run} once more. Not while it runs. */
  void restart() {
    loop.restart();
  }

  /** See {@link SelectorLoop#post}. */
  void post(SelectorLoop.Task task) {
    loop.post(task);
  }

  void wakeUp() {
    loop.wakeUp();
  }

  /** Ends {@link #run} behind the tasks that were posted before. */
  void end() {
    loop.end();
  }

  /** Releases the selector, once {@link #run} is over and the sockets have been given away. */
  void close() {
    client.close();
    inbound.release();
    loop.close();
  }

  /** Sends a control frame, behind whatever was posted before. Any thread. */
  void send(DaemonFrame frame) {
    ByteBuffer encoded = client.encode(frame);
    int size = encoded.remaining();
    post(
        () -> {
          client.taken(size);
          gate.signal();
          client.write(frame.opcode(), encoded);
        });
  }

  /** Sends a control frame before anything that is posted. The relay's thread only. */
  void sendNow(DaemonFrame frame) throws IOException {
    client.write(frame);
  }

  /** Room for encrypted bytes, as many as one read may bring. The relay's thread only. */
  ByteBuffer scratch() {
    return inbound.scratch();
  }

  /** How the client is told of new sockets; its methods say on which threads. */
  Announcements announcements() {
    return announcements;
  }

  /** Begins to read a channel, unless another thread has closed it meanwhile. */
  private void attach(TcpSocket socket) {
    if (client.isOver()) {
      return;
    }
    try {
      SelectionKey key = socket.channel().register(loop.selector(), SelectionKey.OP_READ, socket);
      if (!socket.state().hears() && !socket.encryption().underWay()) {
        key.cancel(); // the client's TCP_CLOSE came between open and here
      }
    } catch (ClosedChannelException | CancelledKeyException e) {
      LOG.trace("A socket was closed before it was read.");
    }
  }

  /** As for TCP. */
  void attach(UdpSocket socket) {
    DatagramChannel channel = socket.channel();
    try {
      if (!client.isOver() && channel != null) {
        channel.register(loop.selector(), SelectionKey.OP_READ, socket);
      }
    } catch (ClosedChannelException | CancelledKeyException e) {
      LOG.trace("A UDP socket was closed before it was read.");
    }
  }

  /** Stops reading a channel. Any thread. */
  void detach(TcpSocket socket) {
    SelectionKey key = socket.channel().keyFor(loop.selector());
    if (key != null) {
      key.cancel();
      loop.wakeUp();
    }
  }

  @Override
  public void ready(SelectionKey key) throws IOException {
    // Not a pattern switch: the first one costs milliseconds, and the first bytes would wait for it.
    if (key.attachment() instanceof TcpSocket socket) {
      read(socket, key);
    } else {
      receive((UdpSocket) key.attachment());
    }
  }

  @Override
  public void roundOver() throws IOException {
    if (!postponed.isEmpty() && !paused()) {
      List<TcpSocket> due = List.copyOf(postponed);
      postponed.clear();
      for (TcpSocket socket : due) {
        readOn(socket);
      }
    }
    announcements.flush();
  }

  @Override
  public long waitMillis() {
    return 0;
  }

  @Override
  public boolean paused() {
    return client.paused();
  }

  /**
   * Reads on where reading had to stop: more credit, a handshake that goes on, a failure that ends
   * the socket when everything has been read. The relay's thread only.
   */
  void readOn(TcpSocket socket) throws IOException {
    if (paused()) {
      postponed.add(socket);
      return;
    }
    SelectionKey key = client.isOver() ? null : keyOf(socket);
    Errno doom = socket.input().doomed();
    if (key != null) {
      read(socket, key);
    } else if (doom != null) {
      socket.fail(doom);
    }
  }

  private @Nullable SelectionKey keyOf(TcpSocket socket) {
    if (socket.state() == SocketState.CONNECTING || socket.state() == SocketState.CLOSED) {
      return null;
    }
    SelectionKey key = socket.channel().keyFor(loop.selector());
    return key != null && key.isValid() ? key : null;
  }

  /** One turn of a socket; the next one comes by the selector, or by whoever it has to wait for. */
  private void read(TcpSocket socket, SelectionKey key) throws IOException {
    if (socket.input().isPlain()) {
      int count = readIntoFrame(socket, key, inbound.mostBytes());
      if (count > 0) {
        sendData(socket, count);
      } else if (count == ENDED) {
        end(socket, key);
      }
    } else {
      readManaged(socket, key);
    }
  }

  /** A turn with records, credit or a failure that waits. */
  private void readManaged(TcpSocket socket, SelectionKey key) throws IOException {
    boolean again = true;
    for (int i = 0; again && i < READS_A_TURN && !paused(); i++) {
      int most = socket.input().allowance(inbound.mostBytes());
      int count = most == 0 ? 0 : readIntoFrame(socket, key, most);
      if (count == FAILED) {
        return;
      }
      if (!socket.encryption().progressed()) {
        return;
      }
      if (count > 0) {
        sendData(socket, count);
      }
      boolean doomed = socket.input().doomed() != null;
      if (count == ENDED || count == 0 && doomed && most > 0) {
        end(socket, key);
        return;
      }
      // No event tells of what a connection left behind that has failed for writing.
      again = most > 0 && (socket.stream().again() || doomed && count > 0);
      if (count > 0) {
        break; // others have their turn
      }
    }
    if (again) {
      post(() -> readOn(socket));
    }
    socket.encryption().progressed();
    setInterest(socket, key);
  }

  private static void setInterest(TcpSocket socket, SelectionKey key) {
    try {
      key.interestOps(socket.input().wanted() ? SelectionKey.OP_READ : 0);
    } catch (CancelledKeyException e) {
      LOG.trace("A socket was closed while it was read.");
    }
  }

  private static void fail(TcpSocket socket, SelectionKey key, Errno errno) {
    Errno doom = socket.input().doomed();
    key.cancel();
    socket.fail(doom == null ? errno : doom);
  }

  private static void end(TcpSocket socket, SelectionKey key) throws IOException {
    Errno doom = socket.input().doomed();
    key.cancel();
    if (doom == null) {
      socket.peerEnded();
    } else {
      socket.fail(doom);
    }
  }

  /**
   * Forgets what has come and was not read yet. The relay's thread only.
   *
   * @return false when the connection has ended; the reason is reported if it is known
   */
  boolean discard(TcpSocket socket) {
    SelectionKey key = keyOf(socket);
    if (key == null) {
      return false;
    }
    try {
      int count;
      do {
        count = socket.channel().read(scratch().clear());
      } while (count == scratch().capacity());
      return count >= 0;
    } catch (IOException e) {
      fail(socket, key, Errno.of(e));
      return false;
    }
  }

  /** Returns how many bytes were read, or {@link #ENDED}, or {@link #FAILED}: then it is over. */
  private int readIntoFrame(TcpSocket socket, SelectionKey key, int most) {
    try {
      return socket.stream().read(inbound.room(most));
    } catch (IOException e) {
      fail(socket, key, Errno.of(e));
    } catch (RuntimeException e) {
      LOG.error("A socket ends because of a defect.", e);
      fail(socket, key, Errno.EPROTO);
    }
    return FAILED;
  }

  private void sendData(TcpSocket socket, int count) throws IOException {
    if (!socket.state().hears()) {
      return;
    }
    stats.add(Counter.BYTES_RECEIVED, count);
    if (socket.input().delivered(count)) {
      stats.increment(Counter.CREDIT_PAUSES);
    }
    client.write(Opcode.TCP_RECV, inbound.tcpRecv(socket.id(), count));
  }

  private void receive(UdpSocket socket) throws IOException {
    ByteBuffer buffer = inbound.buffer();
    for (int i = 0; i < DATAGRAMS_A_TURN && !paused() && socket.receive(buffer, client.headroom());
        i++) {
      inbound.smallFramePasses();
      client.write(Opcode.UDP_RECV, buffer);
    }
  }
}
