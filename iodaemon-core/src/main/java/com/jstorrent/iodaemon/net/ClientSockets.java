package com.jstorrent.iodaemon.net;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.frame.Errno;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.transport.FrameConnection;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sockets and servers of one client: what its session asks of the network. The methods named
 * after opcodes are called by the client's reader only; none blocks but {@link #tcpSend} and
 * {@link #awaitControlRoom}, which is how a client that is too fast is slowed down.
 */
public final class ClientSockets {
  private static final Logger LOG = LoggerFactory.getLogger(ClientSockets.class);

  private final NetContext net;
  private final Connector connector;
  private final PeerSender sender;
  private final AtomicBoolean flushPending = new AtomicBoolean();

  /**
   * @throws IOException when the system has no descriptor left for a selector
   */
  public ClientSockets(SharedNet shared, FrameConnection connection) throws IOException {
    ReaderGate gate = new ReaderGate();
    Relay relay = new Relay(connection, shared.stats(), gate);
    SendBudget budget =
        new SendBudget(shared.limits().sessionQueueBytes(), shared.stats(), gate);
    net = new NetContext(shared, relay, new SocketTable(), budget, gate, connection::probe);
    connector = new Connector(net);
    sender = new PeerSender(net);
  }

  /**
   * Relays until the connection ends; on a thread of its own, since it blocks.
   *
   * @throws IOException when the connection has broken
   */
  public void relay() throws IOException {
    net.relay().run();
  }

  /** Releases what {@link #relay} used; by its thread, after it. */
  public void release() {
    net.gate().open(); // the reader may wait for room that nobody makes any more
    net.relay().close();
  }

  /** Whether the connection has ended, so that frames which are still read mean nothing. */
  public boolean over() {
    return net.gate().isOpen();
  }

  /** Queues a frame for the client. Any thread; does not block. */
  public void reply(DaemonFrame frame) {
    net.relay().send(frame);
  }

  /** Runs something on the relay's thread, behind the frames queued so far. Any thread. */
  public void afterReplies(Runnable action) {
    net.relay().post(action::run);
  }

  /** Makes the relay flush its connection soon. Any thread; does not block. */
  public void flushSoon() {
    if (flushPending.compareAndSet(false, true)) {
      net.relay().post(() -> flushPending.set(false));
    }
  }

  /** Waits while too many replies wait for the client to read them. */
  public void awaitControlRoom() {
    net.gate().await(net.relay()::hasControlRoom, Long.MAX_VALUE >> 1);
  }

  public void tcpConnect(int requestId, int socketId, String host, int port) {
    TcpSocket socket = new TcpSocket(socketId, requestId, net);
    Errno refused =
        net.table().socketCount() >= net.limits().sockets()
            ? Errno.EMFILE
            : net.table().add(socket) ? Errno.OK
            : Errno.EADDRINUSE;
    if (refused == Errno.OK) {
      connector.connect(socket, host, port);
    } else {
      reply(new DaemonFrame.TcpConnected(requestId, socketId, refused.number()));
    }
  }

  public void tcpSend(int socketId, ByteBuffer data) {
    TcpSocket socket = net.table().socket(socketId);
    if (socket == null) {
      unknown("TCP_SEND", socketId);
    } else {
      sender.send(socket, data);
    }
  }

  public void tcpClose(int socketId) {
    TcpSocket socket = net.table().socket(socketId);
    if (socket == null) {
      unknown("TCP_CLOSE", socketId);
    } else {
      socket.clientClose(net.limits().linger());
    }
  }

  public void tcpListen(int requestId, int serverId, String bindAddress, int port) {
    TcpListener listener = new TcpListener(serverId, requestId, net);
    Errno refused =
        net.table().listenerCount() >= net.limits().listeners()
            ? Errno.EMFILE
            : net.table().add(listener) ? Errno.OK
            : Errno.EADDRINUSE;
    if (refused == Errno.OK) {
      listener.listen(port, bindAddress);
    } else {
      reply(new DaemonFrame.TcpListenResult(requestId, serverId, 0, refused.number()));
    }
  }

  public void tcpStopListen(int serverId) {
    TcpListener listener = net.table().listener(serverId);
    if (listener == null) {
      unknown("TCP_STOP_LISTEN", serverId);
    } else {
      listener.close();
    }
  }

  /**
   * The connection has ended: everything goes, and what is still queued for peers has a moment left
   * (PROTOCOL.md § 4.12). Called once, after the last frame.
   */
  public void end() {
    net.gate().open();
    net.table().end();
    net.table().listeners().forEach(TcpListener::close);
    net.table().sockets().forEach(socket -> socket.clientClose(Limits.SESSION_END_LINGER));
    net.shared().peerWriter().hurry(net, Limits.SESSION_END_LINGER);
    net.relay().end();
  }

  /** PROTOCOL.md § 4.13: frames cross on the wire, so this is no fault of the client. */
  private void unknown(String opcode, int id) {
    net.stats().increment(Counter.UNKNOWN_SOCKET_FRAMES);
    LOG.debug("{} for unknown id {}.", opcode, Integer.toUnsignedString(id));
  }
}
