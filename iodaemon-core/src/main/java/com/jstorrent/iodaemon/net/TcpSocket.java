package com.jstorrent.iodaemon.net;

import com.jstorrent.iodaemon.frame.Capability;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.frame.Errno;
import com.jstorrent.iodaemon.net.SocketState.Event;
import com.jstorrent.iodaemon.net.relay.FirstEvent;
import com.jstorrent.iodaemon.net.relay.Relay;
import com.jstorrent.iodaemon.net.stream.PeerStream;
import com.jstorrent.iodaemon.net.stream.PlainStream;
import com.jstorrent.iodaemon.net.stream.TlsStream;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.stats.SocketReport;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One TCP socket of a client: its state, and what happens to it. Bytes go to the peer through {@link
 * PeerOutput}, and from the peer through {@link PeerInput}.
 *
 * <p>Only the thread that moves the state to CLOSED closes the channel and tells the client, so TCP_CLOSE is
 * sent exactly once (PROTOCOL.md § 4.2).
 */
final class TcpSocket implements PeerSocket, PeerInput.Owner, QueuedOutput.Owner {
  private final int id;
  private final int requestId;
  private final String host;
  private final NetContext net;
  private final CurrentState state = new CurrentState();
  private final Meter meter;
  private final PeerInput input;
  private final PeerOutput output;
  private final QueuedOutput queued;
  private final SendCredit sendCredit;
  private final PendingConnection pending =
      new PendingConnection(() -> state.get() == SocketState.CONNECTING);
  private final Encryption encryption = new Encryption(this);
  private final FirstEvent firstEvent;
  private final SocketEnd end;
  private volatile @Nullable SocketChannel channel; // set once
  private boolean shutDown; // reader only
  private volatile long fromClient; // written by the reader only

  /**
   * @param requestId of TCP_CONNECT; 0 when there was none
   * @param host of TCP_CONNECT; empty for a connection that a server has accepted
   */
  TcpSocket(int id, int requestId, String host, NetContext net) {
    this.id = id;
    this.requestId = requestId;
    this.host = host;
    this.net = net;
    this.meter = new Meter(net.clock());
    this.input = new PeerInput(this, net.relay(), net.stats(), meter, net.newCredit());
    this.output =
        new PeerOutput(net.budget(), net.shared().segments(), net.stats(), net.clock(), meter);
    this.queued = new QueuedOutput(this, net.shared().peerWriter(), net);
    this.sendCredit = new SendCredit(this, net);
    this.firstEvent = new FirstEvent(net.relay().announcements());
    this.end = new SocketEnd(this, net);
  }

  @Override
  public int id() {
    return id;
  }

  int requestId() {
    return requestId;
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

  PeerInput input() {
    return input;
  }

  PeerOutput output() {
    return output;
  }

  QueuedOutput queued() {
    return queued;
  }

  /** What the client may send. */
  SendCredit sendCredit() {
    return sendCredit;
  }

  @Override
  public Meter meter() {
    return meter;
  }

  Encryption encryption() {
    return encryption;
  }

  FirstEvent firstEvent() {
    return firstEvent;
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
  @Override
  public SocketChannel channel() {
    SocketChannel connected = channel;
    if (connected == null) {
      throw new IllegalStateException("The socket is not connected.");
    }
    return connected;
  }

  @Override
  public DaemonFrame.Live live() {
    return TcpReport.live(this);
  }

  /** How many bytes were accepted from the client, which it need not send again; any thread may ask. */
  long fromClient() {
    return fromClient;
  }

  @Override
  public SocketReport report() {
    return TcpReport.of(this);
  }

  /**
   * Opens the socket with an established connection. Returns false when the client has closed the socket
   * meanwhile; the channel is then still the caller's. Relay only.
   */
  boolean open(SocketChannel connection) {
    pending.opened();
    channel = connection;
    PeerStream plain = new PlainStream(connection);
    input.connected(connection, plain);
    boolean busy = output.connected(plain);
    if (state.move(Event.CONNECTED) == null) {
      output.discard();
      return false;
    }
    net.stats().increment(Counter.TCP_SOCKETS);
    net.stats().increment(Counter.TCP_OPENED);
    if (output.endWanted()) {
      busy |= state.move(Event.CLIENT_SHUTDOWN) != null;
    }
    if (busy) {
      queued.watch();
    }
    return true;
  }

  /** Tells the client that the socket is connected. Relay only. */
  void announceConnected() {
    announce(new DaemonFrame.TcpConnected(requestId, id, Errno.OK.number()));
  }

  /** Tells the client of the socket, and begins to read when events may follow. Relay only. */
  void announce(DaemonFrame frame) {
    firstEvent.announce(frame, input::begin);
  }

  /** TCP_CREDIT. The client's reader only. */
  void grant(long bytes) {
    if (input.grant(bytes) && channel != null) {
      readOn();
    }
  }

  private void readOn() {
    net.relay().post(input::readOn);
  }

  /**
   * Writes what the peer takes at once, unless older bytes wait. Called by the client's reader
   * only, like {@link #enqueue}; neither blocks.
   *
   * @param following how many more bytes of the same frame come after these
   */
  void write(int following, ByteBuffer... data) {
    Errno failure = output.write(following, data);
    if (failure != null) {
      writeFailed(failure);
    } else if (output.endWanted()
        || output.holdsRecord() && !data[data.length - 1].hasRemaining()) {
      queued.watch(); // perhaps nothing is queued after this, which would do the same
    }
  }

  /** Records bytes that were accepted from the client, which it need not send again. */
  void recordAccepted(int bytes) {
    fromClient += bytes;
    meter.moved();
    sendCredit.review();
  }

  /** Queues what {@link #write} left. */
  void enqueue(ByteBuffer data) {
    if (output.enqueue(data, state.get() != SocketState.CLOSED)) {
      queued.watch();
    }
    if (state.get() == SocketState.CLOSED) {
      output.discard(); // it closed while the bytes were added
    }
  }

  /** Peer writer and relay only. */
  @Override
  public PeerOutput.Flushed flush() {
    PeerOutput.Flushed result = output.flush();
    Errno failure = result == PeerOutput.Flushed.BROKEN ? output.failure() : null;
    if (failure != null) {
      writeFailed(failure);
    }
    PeerStream connection = input.stream();
    if (connection != null && connection.goesOnAfterFlush(result != PeerOutput.Flushed.MORE)) {
      readOn();
    }
    sendCredit.review();
    return result;
  }

  @Override
  public void flushOutput() {
    if (flush() == PeerOutput.Flushed.MORE) {
      queued.watch();
    }
  }

  /** What the peer sent before is still delivered; then the relay closes. No lock may be held. */
  private void writeFailed(Errno errno) {
    output.discard();
    if (state.get() == SocketState.CLIENT_ENDED) {
      close(Event.FAILURE, errno);
    } else {
      net.relay()
          .post(
              () -> {
                input.failAfterRemainingInput(errno);
                firstEvent.whenAllowed(input::readOn);
              });
    }
  }

  /** From here on bytes go both ways through this stream. Relay only. */
  void encryptBy(TlsStream tls) {
    input.replace(tls);
    output.replace(tls);
  }

  @Override
  public boolean inputProgressed() {
    return encryption.progressed();
  }

  @Override
  public boolean relaysInput() {
    return state.get().deliversInput();
  }

  @Override
  public boolean wantsInput() {
    SocketState now = state.get();
    return now != SocketState.CLOSED && (now.deliversInput() || encryption.underWay());
  }

  /** Whether the client has sent TCP_SHUTDOWN. The client's reader only. */
  boolean clientHasShutDown() {
    return shutDown;
  }

  /** TCP_SHUTDOWN. The client's reader only. */
  void clientShutdown() {
    shutDown = true;
    output.end();
    if (state.move(Event.CLIENT_SHUTDOWN) != null) {
      queued.watch();
    }
  }

  /** Relay only. */
  @Override
  public void peerEnded() {
    PeerStream stream = input.stream();
    boolean half =
        net.negotiated().has(Capability.HALFCLOSE) && stream != null && stream.halfCloses();
    if (state.move(half ? Event.PEER_SHUTDOWN : Event.PEER_END) == null) {
      return;
    }
    if (state.get() == SocketState.PEER_SHUT) {
      net.relay().sendNow(new DaemonFrame.TcpShutdown(0, id));
      return;
    }
    output.end();
    switch (flush()) {
      case DONE -> drained();
      case MORE -> queued.watch();
      case AT_BARRIER -> atBarrier();
      case AWAITS_REMAINDER, BROKEN -> {
      }
    }
  }

  @Override
  public void atBarrier() {
    encryption.atBarrier();
  }

  /**
   * Nothing is queued any more, which ends a socket whose peer has ended its side; but not one whose output
   * has not ended: either its writing has failed, and {@link #writeFailed} reports why, or more has come
   * since.
   */
  @Override
  public void drained() {
    if (state.get() == SocketState.PEER_ENDED && output.isEnded()) {
      close(Event.DRAINED, Errno.OK);
    }
  }

  @Override
  public void fail(Errno errno) {
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
    firstEvent.onClientFrame();
    net.table().close(this);
    SocketState left = state.move(Event.CLIENT_CLOSE);
    if (left == SocketState.CONNECTING) {
      net.table().removeClosing(this); // a cancelled connect has no TCP_CLOSE
      output.discard();
      pending.abandon();
    } else if (left != null) {
      net.stats().decrement(Counter.TCP_SOCKETS);
      net.stats().increment(Counter.PENDING_TCP);
      if (!encryption.underWay()) { // a handshake goes on: what is queued waits for it
        input.stop(channel());
      }
      output.end();
      queued.linger(linger);
    }
  }

  @Override
  public void abort(Duration linger) {
    end.abort(linger);
  }

  @Override
  public void lingered(boolean reset) {
    if (output.isIncomplete()) {
      end.resetOnClose();
    }
    close(Event.DRAINED, reset ? Errno.ECONNRESET : Errno.OK);
  }

  private void close(Event event, Errno errno) {
    boolean failed = errno == Errno.ECONNRESET || output.failure() != null;
    boolean lost = output.isIncomplete() || failed && fromClient > 0;
    SocketState left = state.move(event);
    if (left != null && state.get() == SocketState.CLOSED) {
      output.discard();
      net.gate().signal(); // the reader may be waiting on behalf of this very socket
      end.closed(left, errno, lost);
    }
  }
}
