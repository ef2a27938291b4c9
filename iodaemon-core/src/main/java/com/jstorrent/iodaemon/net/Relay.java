package com.jstorrent.iodaemon.net;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.frame.Errno;
import com.jstorrent.iodaemon.frame.FrameHeader;
import com.jstorrent.iodaemon.frame.FrameWriter;
import com.jstorrent.iodaemon.frame.Opcode;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.stats.Stats;
import com.jstorrent.iodaemon.transport.FrameConnection;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.concurrent.atomic.AtomicInteger;
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

  /**
   * The most that is read at once while small messages pass too: they wait for the frame in front of
   * them. Halves their median latency beside a bulk transfer, which loses a fifth.
   */
  private static final int BULK_BESIDE_SMALL_BYTES = 64 << 10;

  /** How long a small message counts as a sign of more to come. */
  private static final long SMALL_TRAFFIC_NANOS = 5_000_000;

  private final FrameConnection connection;
  private final Stats stats;
  private final ReaderGate gate;
  private final SelectorLoop loop;
  private final AtomicInteger controlBytes = new AtomicInteger();
  private final int dataStart;
  private final ByteBuffer buffer;
  private long lastSmall = System.nanoTime() - SMALL_TRAFFIC_NANOS;
  private volatile boolean over; // from here on nothing is sent

  Relay(FrameConnection connection, Stats stats, ReaderGate gate) throws IOException {
    this.connection = connection;
    this.stats = stats;
    this.gate = gate;
    this.loop = new SelectorLoop();
    this.dataStart = connection.headroom() + FrameHeader.DATA_OFFSET;
    this.buffer =
        ByteBuffer.allocateDirect(dataStart + Limits.RECV_DATA_BYTES).order(FrameHeader.ORDER);
  }

  /**
   * Serves the connection until it ends, in order or not; the caller closes it afterwards.
   *
   * @throws IOException when the connection has broken
   */
  void run() throws IOException {
    loop.run(this);
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
    over = true;
    loop.close();
  }

  /** Sends a control frame, behind whatever was posted before. Any thread. */
  void send(DaemonFrame frame) {
    ByteBuffer encoded = FrameWriter.write(frame, connection.headroom());
    int size = encoded.remaining();
    controlBytes.addAndGet(size);
    post(
        () -> {
          controlBytes.addAndGet(-size);
          gate.signal();
          write(encoded);
        });
  }

  /** Sends a control frame before anything that is posted. The relay's thread only. */
  void sendNow(DaemonFrame frame) throws IOException {
    write(FrameWriter.write(frame, connection.headroom()));
  }

  private void write(ByteBuffer encoded) throws IOException {
    if (!over) {
      stats.increment(Counter.FRAMES_TO_CLIENT);
      connection.send(encoded);
    }
  }

  /** Whether the client has taken enough of its control frames to be read further. */
  boolean hasControlRoom() {
    return controlBytes.get() < Limits.CONTROL_QUEUE_BYTES;
  }

  /**
   * Begins to read a channel, unless another thread has closed it meanwhile. The relay's thread
   * only.
   */
  void attach(TcpSocket socket) {
    if (over) {
      return;
    }
    try {
      SelectionKey key = socket.channel().register(loop.selector(), SelectionKey.OP_READ, socket);
      if (socket.state() != SocketState.OPEN) {
        key.cancel(); // the client's TCP_CLOSE came between open and here
      }
    } catch (ClosedChannelException | CancelledKeyException e) {
      LOG.trace("A socket was closed before it was read.");
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
    read((TcpSocket) key.attachment(), key);
  }

  @Override
  public void roundOver() throws IOException {
    connection.flush();
  }

  @Override
  public long waitMillis() {
    return 0;
  }

  private void read(TcpSocket socket, SelectionKey key) throws IOException {
    int count;
    try {
      count = readIntoFrame(socket.channel());
    } catch (IOException e) {
      key.cancel();
      socket.fail(Errno.of(e));
      return;
    }
    if (count > 0) {
      if (socket.state() == SocketState.OPEN) {
        sendData(socket, count);
      }
    } else if (count < 0) {
      key.cancel();
      socket.peerEnded();
    }
  }

  /**
   * Sends on what a peer left behind whose connection has failed for writing, then ends the socket.
   * There is an end: no more arrives on such a connection.
   */
  void readToEnd(TcpSocket socket, Errno errno) throws IOException {
    try {
      for (int count;
          socket.state() == SocketState.OPEN && (count = readIntoFrame(socket.channel())) > 0;) {
        sendData(socket, count);
      }
    } catch (ClosedChannelException e) {
      return;
    } catch (IOException e) {
      // The reset that broke the writing shows here too.
    }
    socket.fail(errno);
  }

  private int readIntoFrame(SocketChannel channel) throws IOException {
    boolean besideSmall = System.nanoTime() - lastSmall < SMALL_TRAFFIC_NANOS;
    int most = besideSmall ? BULK_BESIDE_SMALL_BYTES : Limits.RECV_DATA_BYTES;
    buffer.limit(dataStart + most).position(dataStart);
    return channel.read(buffer);
  }

  private void sendData(TcpSocket socket, int count) throws IOException {
    int start = dataStart - FrameHeader.DATA_OFFSET;
    FrameHeader.putData(buffer, start, Opcode.TCP_RECV, socket.id());
    buffer.limit(dataStart + count).position(start);
    if (count < Limits.SMALL_FRAME_BYTES) {
      lastSmall = System.nanoTime();
    }
    stats.add(Counter.BYTES_RECEIVED, count);
    stats.increment(Counter.FRAMES_TO_CLIENT);
    connection.send(buffer);
  }
}
