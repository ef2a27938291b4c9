package com.jstorrent.iodaemon.net;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.frame.Errno;
import com.jstorrent.iodaemon.frame.ProtocolException;
import com.jstorrent.iodaemon.memory.MemoryAccount;
import com.jstorrent.iodaemon.memory.MemoryUse;
import com.jstorrent.iodaemon.memory.Share;
import com.jstorrent.iodaemon.net.relay.ReaderGate;
import com.jstorrent.iodaemon.net.relay.Relay;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.stats.SocketReport;
import com.jstorrent.iodaemon.stats.live.Stats;
import com.jstorrent.iodaemon.transport.FrameConnection;
import com.jstorrent.iodaemon.transport.LargeFrame;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sockets and servers of one client, and what its session asks of the network. The methods that
 * take a frame are called by the client's reader only. Only {@link #tcpSend} and
 * {@link ClientLink#awaitControlRoom} block, which slows down a client that sends too fast
 * (back-pressure).
 *
 * <p>The sockets outlive the connection of a client that may resume ({@link Resumption}).
 */
public final class ClientSockets {
  private static final Logger LOG = LoggerFactory.getLogger(ClientSockets.class);

  private final NetContext net;
  private final Connector connector;
  private final PeerSender sender;
  private final ClientLink link;
  private final MemoryRelief relief;
  private final boolean admitted;

  /** The client whose sockets these are. */
  public interface Owner {
    /**
     * Starts a thread that runs {@link ClientLink#relay}; if it cannot, it calls
     * {@link ClientLink#dispose} itself. Called by any thread that has something for the relay to do.
     */
    void startRelay();

    /** The client cannot resume any more: it ends if it has no connection now. Must not block. */
    void cannotResume();

    /** The client must end, so that its memory is free for others, and cannot resume. Must not block. */
    void closeForMemory();
  }

  public ClientSockets(SharedNet shared, FrameConnection connection, Owner owner) {
    ReaderGate gate = new ReaderGate(shared.clock());
    Stats stats = shared.stats().part();
    MemoryAccount memory = shared.memory().open(Share.FAIR, stats, this::giveUp);
    admitted = memory.tryTake(MemoryUse.CONNECTIONS, Limits.WEBSOCKET_BYTES);
    if (!admitted) { // it takes the memory anyway until it has ended
      memory.take(MemoryUse.CONNECTIONS, Limits.WEBSOCKET_BYTES);
    }
    SocketTable table = new SocketTable(memory);
    Relay relay =
        new Relay(
            connection,
            stats,
            gate,
            shared.frames(),
            memory,
            shared.clock(),
            () -> !table.isEmpty(),
            owner::startRelay);
    SendBudget budget = new SendBudget(memory, shared.limits(), stats, gate);
    net =
        new NetContext(shared, stats, memory, relay, table, budget, gate, new Negotiated());
    link = new ClientLink(net);
    relief = new MemoryRelief(net, link, owner);
    connector = new Connector(net);
    sender = new PeerSender(net, link::readerWaits);
  }

  private boolean giveUp() {
    return relief.giveUp();
  }

  /** Whether there was memory for another client when this one came. */
  public boolean isAdmitted() {
    return admitted;
  }

  /** The link to the client. */
  public ClientLink link() {
    return link;
  }

  /** The account of what the client makes the daemon hold. */
  public MemoryAccount memory() {
    return net.memory();
  }

  /**
   * The time since bytes last moved on any socket; longer than any real time when there is none. Any
   * thread.
   */
  public Duration idle() {
    return net.table()
        .sockets()
        .stream()
        .map(socket -> socket.meter().idle())
        .min(Comparator.naturalOrder())
        .orElse(ChronoUnit.FOREVER.getDuration());
  }

  /** A snapshot of its sockets and servers. Any thread. */
  public Stream<SocketReport> reports() {
    return Stream.concat(
        net.table().sockets().stream().map(PeerSocket::report),
        net.table().servers().stream().map(PeerSocket::report));
  }

  /** Whether there has been any socket or server. Any thread. */
  public boolean wereUsed() {
    return net.table().wasUsed();
  }

  public void tcpConnect(ClientFrame.TcpConnect frame) {
    TcpSocket socket =
        new TcpSocket(frame.socketId(), frame.requestId(), frame.host(), net);
    Errno refused = connector.hasRoom() ? net.table().admit(socket, net.limits()) : Errno.EAGAIN;
    if (refused == Errno.OK) {
      connector.connect(socket, frame.host(), frame.port());
    } else {
      net.relay()
          .send(
              new DaemonFrame.TcpConnected(frame.requestId(), frame.socketId(), refused.number()));
    }
  }

  /**
   * Connects a socket that the client has not asked for by a frame; the client is told of it as if it
   * had, with requestId 0. Any thread.
   *
   * @return its id, or null when there is no room for it
   */
  public @Nullable Integer openTcp(String host, int port) {
    TcpSocket socket = new TcpSocket(net.table().nextAcceptedId(), 0, host, net);
    if (!connector.hasRoom() || net.table().admit(socket, net.limits()) != Errno.OK) {
      return null;
    }
    connector.connect(socket, host, port);
    return socket.id();
  }

  /** Binds a UDP socket; otherwise like {@link #openTcp}. */
  public @Nullable Integer openUdp(String host, int port) {
    UdpSocket socket = new UdpSocket(net.table().nextAcceptedId(), 0, net);
    if (net.table().admit(socket, net.limits()) != Errno.OK) {
      return null;
    }
    socket.bind(port, host);
    return socket.id();
  }

  /**
   * Closes a socket as the client itself would. Returns false when there is none with this id. Any
   * thread.
   */
  public boolean close(int socketId) {
    return end(socketId, PeerSocket::clientClose);
  }

  /** Closes a socket that the client has not closed, and tells the client so; otherwise like {@link #close}. */
  public boolean abort(int socketId) {
    return end(socketId, PeerSocket::abort);
  }

  private boolean end(int socketId, BiConsumer<PeerSocket, Duration> how) {
    PeerSocket socket = net.table().socket(socketId);
    if (socket != null) {
      how.accept(socket, net.limits().linger());
    }
    return socket != null;
  }

  /**
   * @param data the data of one frame, or of several consecutive ones
   * @return false when the connection has ended before there was room for it: the frames count as
   *     never received
   * @throws ProtocolException when the client has already sent TCP_SHUTDOWN for this socket
   */
  public boolean tcpSend(int socketId, ByteBuffer... data) throws ProtocolException {
    TcpSocket socket = sending(socketId);
    return socket == null || sender.send(socket, data);
  }

  /** As {@link #tcpSend(int, ByteBuffer...)}, for what is left of a large frame. */
  public boolean tcpSend(int socketId, LargeFrame data) throws ProtocolException {
    TcpSocket socket = sending(socketId);
    return socket == null || sender.send(socket, data);
  }

  /** Whether TCP_SEND for this socket would be accepted. */
  public boolean canSend(int socketId) {
    TcpSocket socket = net.table().socket(socketId, TcpSocket.class);
    return socket != null && !socket.clientHasShutDown();
  }

  private @Nullable TcpSocket sending(int socketId) throws ProtocolException {
    TcpSocket socket = net.table().socket(socketId, TcpSocket.class);
    if (socket == null) {
      unknown("TCP_SEND", socketId);
      return null;
    }
    socket.firstEvent().onClientFrame();
    if (socket.clientHasShutDown()) {
      throw new ProtocolException(0, "TCP_SEND must not follow the TCP_SHUTDOWN of its socket.");
    }
    return socket;
  }

  public void tcpClose(ClientFrame.TcpClose frame) {
    TcpSocket socket = net.table().socket(frame.socketId(), TcpSocket.class);
    if (socket == null) {
      unknown("TCP_CLOSE", frame.socketId());
    } else {
      socket.clientClose(net.limits().linger());
    }
  }

  public void tcpSecure(ClientFrame.TcpSecure frame) {
    TcpSocket socket = net.table().socket(frame.socketId(), TcpSocket.class);
    Errno refused =
        socket == null
            ? Errno.EBADF
            : socket
                .encryption()
                .request(frame.requestId(), frame.host(), frame.skipChecks());
    if (socket == null) {
      unknown("TCP_SECURE", frame.socketId());
    } else {
      socket.firstEvent().onClientFrame();
    }
    if (refused != Errno.OK) {
      net.relay()
          .send(new DaemonFrame.TcpSecured(frame.requestId(), frame.socketId(), refused.number()));
    }
  }

  public void tcpShutdown(ClientFrame.TcpShutdown frame) {
    TcpSocket socket = net.table().socket(frame.socketId(), TcpSocket.class);
    if (socket == null) {
      unknown("TCP_SHUTDOWN", frame.socketId());
    } else {
      socket.firstEvent().onClientFrame();
      socket.clientShutdown();
    }
  }

  public void tcpCredit(ClientFrame.TcpCredit frame) {
    TcpSocket socket = net.table().socket(frame.socketId(), TcpSocket.class);
    if (socket == null) {
      unknown("TCP_CREDIT", frame.socketId());
    } else {
      socket.firstEvent().onClientFrame();
      socket.grant(Integer.toUnsignedLong(frame.bytes()));
    }
  }

  public void tcpListen(ClientFrame.TcpListen frame) {
    TcpListener listener = new TcpListener(frame.serverId(), frame.requestId(), net);
    Errno refused = net.table().admitServer(listener, net.limits());
    if (refused == Errno.OK) {
      listener.listen(frame.port(), frame.bindAddress());
    } else {
      net.relay()
          .send(
              new DaemonFrame.TcpListenResult(
                  frame.requestId(), frame.serverId(), 0, refused.number()));
    }
  }

  public void tcpStopListen(ClientFrame.TcpStopListen frame) {
    PeerSocket server = net.table().server(frame.serverId());
    if (server == null) {
      unknown("TCP_STOP_LISTEN", frame.serverId());
    } else {
      server.clientClose(Duration.ZERO);
    }
  }

  public void udpBind(ClientFrame.UdpBind frame) {
    UdpSocket socket = new UdpSocket(frame.socketId(), frame.requestId(), net);
    Errno refused = net.table().admit(socket, net.limits());
    if (refused == Errno.OK) {
      socket.bind(frame.port(), frame.bindAddress());
    } else {
      net.relay()
          .send(
              new DaemonFrame.UdpBound(frame.requestId(), frame.socketId(), 0, refused.number()));
    }
  }

  public void udpSend(ClientFrame.UdpSend frame) {
    UdpSocket socket = net.table().socket(frame.socketId(), UdpSocket.class);
    if (socket == null) {
      unknown("UDP_SEND", frame.socketId());
    } else {
      socket.send(frame.host(), frame.port(), frame.data());
    }
  }

  /** UDP_SEND with more bytes than a datagram can have. */
  public void udpTooLong(int socketId, int bytes) {
    UdpSocket socket = net.table().socket(socketId, UdpSocket.class);
    if (socket == null) {
      unknown("UDP_SEND", socketId);
    } else {
      socket.tooLong(bytes);
    }
  }

  public void udpClose(ClientFrame.UdpClose frame) {
    UdpSocket socket = net.table().socket(frame.socketId(), UdpSocket.class);
    if (socket == null) {
      unknown("UDP_CLOSE", frame.socketId());
    } else {
      socket.clientClose(net.limits().linger());
    }
  }

  /** UDP_JOIN_MULTICAST and UDP_LEAVE_MULTICAST; answered if the client wants an answer. */
  public void udpMembership(int requestId, int socketId, String group, boolean join) {
    UdpSocket socket = net.table().socket(socketId, UdpSocket.class);
    Errno outcome = socket == null ? Errno.EBADF : socket.membership(group, join);
    if (socket == null) {
      unknown("A multicast frame", socketId);
    }
    if (requestId != 0) {
      net.relay().send(new DaemonFrame.UdpMulticastResult(requestId, socketId, outcome.number()));
    }
  }

  /**
   * Closes everything, because the client has ended; what is still queued for peers may be written for
   * a moment (PROTOCOL.md § 4.12). Called once, after the last frame.
   */
  public void end() {
    net.gate().release();
    net.table().end();
    net.table().servers().forEach(server -> server.clientClose(Duration.ZERO));
    net.table().sockets().forEach(socket -> socket.clientClose(Limits.SESSION_END_LINGER));
    net.shared().peerWriter().limitLinger(net, Limits.SESSION_END_LINGER);
    net.relay().end();
    Resumption resumption = link.resumption();
    if (resumption != null) {
      resumption.close();
    }
    net.memory().release(MemoryUse.CONNECTIONS, Limits.WEBSOCKET_BYTES);
    net.memory().close();
  }

  /** PROTOCOL.md § 4.13: frames cross on the wire, so this is not the client's fault. */
  private void unknown(String opcode, int id) {
    net.stats().increment(Counter.UNKNOWN_SOCKET_FRAMES);
    LOG.debug("{} for unknown id {}.", opcode, Integer.toUnsignedString(id));
  }
}
