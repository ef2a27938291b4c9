package com.jstorrent.iodaemon.net;

import com.jstorrent.iodaemon.frame.Capability;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.frame.Errno;
import com.jstorrent.iodaemon.net.SocketState.Event;
import com.jstorrent.iodaemon.stats.Counter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One TCP socket of a client: its state, and what happens to it. Bytes go to the peer through {@link
 * PeerOutput}, and from the peer through {@link Relay}.
 *
 * <p>Whoever moves the state to CLOSED, and nobody else, closes the channel and tells the client:
 * so TCP_CLOSE is sent exactly once (PROTOCOL.md § 4.2).
 */
final class TcpSocket implements PeerSocket {
  private final int id;
  private final int requestId;
  private final String host;
  private final NetContext net;
  private final AtomicReference<SocketState> state = new AtomicReference<>(SocketState.CONNECTING);
  private final Meter meter;
  private final PeerOutput output;
  private final PeerInput input;
  private final PendingConnection pending =
      new PendingConnection(() -> state.get() == SocketState.CONNECTING);
  private volatile @Nullable SocketChannel channel; // set once
  private final Encryption encryption = new Encryption(this);
  private final SocketEnd end;
  private volatile Announcements.@Nullable Announcement announcement; // set by the relay
  private boolean shutDown; // reader only
  private volatile long fromClient; // written by the reader only

  private TcpSocket(int id, int requestId, String host, NetContext net) {
    this.id = id;
    this.requestId = requestId;
    this.host = host;
    this.net = net;
    this.meter = new Meter(net.shared().clock());
    this.output = new PeerOutput(net, meter);
    this.input = new PeerInput(net, meter);
    this.end = new SocketEnd(this);
  }

  /** A socket that is going to be connected. */
  static TcpSocket connecting(int id, int requestId, String host, NetContext net) {
    return new TcpSocket(id, requestId, host, net);
  }

  /** A socket for a connection that a server has accepted. */
  static TcpSocket accepted(int id, NetContext net) {
    return new TcpSocket(id, 0, "", net);
  }

  @Override
  public int id() {
    return id;
  }

  /** The host of TCP_CONNECT, or an empty text. */
  String host() {
    return host;
  }

  NetContext net() {
    return net;
  }

  SocketState state() {
    return state.get();
  }

  PeerOutput output() {
    return output;
  }

  PeerInput input() {
    return input;
  }

  @Override
  public Meter meter() {
    return meter;
  }

  Encryption encryption() {
    return encryption;
  }

  PendingConnection pending() {
    return pending;
  }

  /** The channel, or null until there is one; any thread may ask. */
  @Nullable
  SocketChannel connection() {
    return channel;
  }

  /** The connected channel. Only for states that come after CONNECTED. */
  SocketChannel channel() {
    return connected(channel);
  }

  PeerStream stream() {
    return connected(input.stream());
  }

  private static <T> T connected(@Nullable T part) {
    if (part == null) {
      throw new IllegalStateException("The socket is not connected.");
    }
    return part;
  }

  /** Bytes of the client that it need not send again; any thread may ask. */
  long takenBytes() {
    return fromClient;
  }

  /** Bytes that wait for the peer; any thread may ask. */
  long queuedBytes() {
    return output.bytes();
  }

  @Override
  public DaemonFrame.Live live() {
    return new DaemonFrame.Live(
        DaemonFrame.Live.Kind.TCP_SOCKET, id, state.get().live(), input.bytes(), fromClient);
  }

  /**
   * The connection stands. Returns false when the client has closed the socket meanwhile; the
   * channel is then still the caller's. Called by the relay only.
   */
  boolean open(SocketChannel connection) {
    pending.opened();
    channel = connection;
    PeerStream plain = new PlainStream(connection);
    input.from(plain);
    boolean busy = output.connected(plain);
    if (move(Event.CONNECTED) == null) {
      output.discard();
      return false;
    }
    net.stats().increment(Counter.TCP_SOCKETS);
    net.stats().increment(Counter.TCP_OPENED);
    if (output.endWanted()) {
      busy |= move(Event.CLIENT_SHUTDOWN) != null;
    }
    if (busy) {
      watch();
    }
    return true;
  }

  /** Tells the client that the socket is connected. Relay only. */
  void announceConnected() throws IOException {
    net.relay()
        .announcements()
        .announce(this, new DaemonFrame.TcpConnected(requestId, id, Errno.OK.number()));
  }

  /** The client is being told of the socket, and hears nothing else of it. Relay only. */
  void announced(Announcements.Announcement telling) {
    announcement = telling;
  }

  /** Not null while the client is being told of the socket. Relay only. */
  Announcements.@Nullable Announcement announcement() {
    return announcement;
  }

  /** The first event of the socket may leave. Relay only. */
  void mayBeHeard() {
    announcement = null;
  }

  /** The client has sent a frame for this socket. Any thread. */
  void addressed() {
    if (announcement != null) {
      net.relay().announcements().heardFrom(this);
    }
  }

  /** TCP_CREDIT. Called by the client's reader only. */
  void grant(long bytes) {
    if (input.grant(bytes) && channel != null) {
      net.relay().post(() -> net.relay().readOn(this));
    }
  }

  /**
   * Writes what the peer takes at once, unless older bytes wait. Called by the client's reader
   * only, like {@link #enqueue}; neither blocks.
   */
  void write(ByteBuffer data) {
    Errno failure = output.write(data);
    if (failure != null) {
      writeFailed(failure);
    } else if (output.holdsRecord() && !data.hasRemaining()) {
      watch();
    }
  }

  /** Bytes of the client that will not have to be sent again. */
  void taken(int bytes) {
    fromClient += bytes;
    meter.moved();
  }

  /** Queues what {@link #write} left. */
  void enqueue(ByteBuffer data) {
    if (output.enqueue(data, state.get() != SocketState.CLOSED)) {
      watch();
    }
    if (state.get() == SocketState.CLOSED) {
      output.discard(); // it closed while the bytes were added
    }
  }

  /** Writes what is queued, as much as the peer takes now. Peer writer and relay only. */
  PeerOutput.Flushed flush() {
    PeerOutput.Flushed result = output.flush();
    Errno failure = result == PeerOutput.Flushed.BROKEN ? output.failure() : null;
    if (failure != null) {
      writeFailed(failure);
    }
    PeerStream connection = input.stream();
    if (result != PeerOutput.Flushed.MORE && connection != null && connection.stalled()) {
      net.relay().post(() -> net.relay().readOn(this));
    }
    return result;
  }

  void watch() {
    net.shared().peerWriter().watch(this);
  }

  /**
   * What the peer sent before it went is still delivered: the relay reads to the end, then closes.
   * Called without a lock, since it posts.
   */
  private void writeFailed(Errno errno) {
    output.discard();
    if (state.get() == SocketState.CLIENT_ENDED) {
      close(Event.FAILURE, errno);
    } else {
      net.relay()
          .post(
              () -> {
                input.doom(errno);
                net.relay().announcements().whenHeard(this, () -> net.relay().readOn(this));
              });
    }
  }

  /** From here on bytes go both ways through this stream. Relay only. */
  void encryptBy(TlsStream tls) {
    input.from(tls);
    output.replace(tls);
  }

  /** Whether the client has said that it sends no more. The client's reader only. */
  boolean clientHasShutDown() {
    return shutDown;
  }

  /** TCP_SHUTDOWN. Called by the client's reader only. */
  void clientShutdown() {
    shutDown = true;
    output.end();
    if (move(Event.CLIENT_SHUTDOWN) != null) {
      watch();
    }
  }

  /** The peer sends no more. Called by the relay, after it has sent on all that came before. */
  void peerEnded() throws IOException {
    boolean half = net.negotiated().has(Capability.HALFCLOSE) && stream().halfCloses();
    if (move(half ? Event.PEER_SHUTDOWN : Event.PEER_END) == null) {
      return;
    }
    if (state.get() == SocketState.PEER_SHUT) {
      net.relay().sendNow(new DaemonFrame.TcpShutdown(0, id));
      return;
    }
    output.end();
    switch (flush()) {
      case DONE -> drained();
      case MORE -> watch();
      case AT_BARRIER -> encryption.atBarrier();
      case BROKEN -> {
      }
    }
  }

  /**
   * Nothing is queued; that ends a socket whose peer has ended its side. Not one whose writing has
   * failed: then bytes are lost, and {@link #writeFailed} reports why.
   */
  void drained() {
    if (state.get() == SocketState.PEER_ENDED && output.failure() == null) {
      close(Event.DRAINED, Errno.OK);
    }
  }

  /** Ends the socket because of a failure, at once. Any thread. */
  void fail(Errno errno) {
    close(Event.FAILURE, errno);
  }

  /** The peer has taken nothing for too long (PROTOCOL.md § 4.6). */
  void stalled() {
    net.stats().increment(Counter.SEND_STALLS);
    end.resetOnClose();
    fail(Errno.ENOBUFS);
  }

  @Override
  public void clientClose(Duration linger) {
    addressed();
    net.table().close(this);
    SocketState left = move(Event.CLIENT_CLOSE);
    if (left == SocketState.CONNECTING) {
      net.table().finish(this); // a cancelled connect has no TCP_CLOSE
      abandonConnecting();
    } else if (left != null) {
      net.stats().decrement(Counter.TCP_SOCKETS);
      net.stats().increment(Counter.PENDING_TCP);
      if (!encryption.underWay()) { // a handshake goes on: what is queued waits for it
        net.relay().detach(this);
      }
      output.end();
      net.shared().peerWriter().linger(this, linger);
    }
  }

  /**
   * The linger after the client's close is over. Called by the peer writer only.
   *
   * @param reset whether the peer has ended it by a reset
   */
  void lingered(boolean reset) {
    if (output.bytes() > 0) {
      end.resetOnClose();
    }
    close(Event.DRAINED, reset ? Errno.ECONNRESET : Errno.OK);
  }

  private void close(Event event, Errno errno) {
    boolean undelivered =
        errno == Errno.ECONNRESET || output.bytes() > 0 || output.failure() != null;
    SocketState left = move(event);
    if (left == null || state.get() != SocketState.CLOSED) {
      return;
    }
    output.discard();
    net.gate().signal(); // the reader may be waiting on behalf of this very socket
    switch (left) {
      case CONNECTING -> {
        abandonConnecting();
        net.stats().increment(Counter.CONNECT_FAILURES);
        end.report(new DaemonFrame.TcpConnected(requestId, id, errno.number()), errno);
      }
      case OPEN, PEER_SHUT, CLIENT_SHUT, PEER_ENDED -> {
        net.stats().decrement(Counter.TCP_SOCKETS);
        end.report(new DaemonFrame.TcpClosed(0, id, errno.number()), errno);
      }
      case CLIENT_ENDED, CLOSED -> {
        net.stats().decrement(Counter.PENDING_TCP);
        end.closeChannel();
        end.reportAfterClientClose(undelivered && fromClient > 0 ? Errno.ECONNRESET : Errno.OK);
      }
    }
  }

  private void abandonConnecting() {
    output.discard();
    pending.abandon();
  }

  /** Returns the state that was left, or null when the event changed nothing. */
  private @Nullable SocketState move(Event event) {
    SocketState before;
    SocketState after;
    do {
      before = state.get();
      after = before.next(event);
      if (after == before) {
        return null;
      }
    } while (!state.compareAndSet(before, after));
    return before;
  }
}
