package com.jstorrent.iodaemon.net.connect;

import com.jstorrent.iodaemon.config.Limits;
import java.io.IOException;
import java.net.ConnectException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.Channel;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens clients' sockets: the one place where their options are set (PROTOCOL.md § 4.5), their
 * addresses and interfaces are chosen, and connections to peers are made. Thread-safe.
 */
public final class PeerSockets implements ConnectRace.Dialer {
  private static final Logger LOG = LoggerFactory.getLogger(PeerSockets.class);

  private final ReceiveWindow receiveWindow = ReceiveWindow.ofSystem();

  @Override
  public SocketChannel open(InetAddress peer) throws IOException {
    return prepare(SocketChannel.open(), socket -> setOptions(socket, peer));
  }

  @Override
  public void connect(SocketChannel socket, InetSocketAddress peer) throws IOException {
    socket.socket().connect(peer);
    refuseItself(socket);
  }

  /** A server bound to this address. Does not block. */
  public ServerSocketChannel openServer(InetSocketAddress address) throws IOException {
    // A channel of the default family would listen on IPv6 as well when given 0.0.0.0.
    StandardProtocolFamily family =
        address.getAddress() instanceof Inet4Address
            ? StandardProtocolFamily.INET
            : StandardProtocolFamily.INET6;
    return prepare(
        ServerSocketChannel.open(family),
        server -> {
          server.setOption(StandardSocketOptions.SO_REUSEADDR, true);
          receiveWindow.prepare(server, address.getAddress());
          server.bind(address, Limits.BACKLOG);
        });
  }

  /** Sets the options of a socket that a server has accepted. */
  public void accepted(SocketChannel socket) throws IOException {
    setOptions(socket, socket.socket().getInetAddress());
  }

  /** A non-blocking UDP socket bound to this address. Does not block. */
  public DatagramChannel openUdp(InetSocketAddress address) throws IOException {
    return prepare(
        DatagramChannel.open(Reach.from(address.getAddress()).family()),
        socket -> {
          socket.configureBlocking(false);
          socket.setOption(StandardSocketOptions.SO_REUSEADDR, true);
          socket.setOption(StandardSocketOptions.SO_BROADCAST, true);
          socket.setOption(StandardSocketOptions.SO_RCVBUF, Limits.UDP_BUFFER_BYTES);
          socket.setOption(StandardSocketOptions.SO_SNDBUF, Limits.UDP_BUFFER_BYTES);
          socket.setOption(StandardSocketOptions.IP_MULTICAST_TTL, Limits.MULTICAST_TTL);
          NetworkInterface own = multicastInterface(address.getAddress());
          if (own != null) {
            socket.setOption(StandardSocketOptions.IP_MULTICAST_IF, own);
          }
          socket.bind(address);
        });
  }

  /** Whether a UDP socket can join this multicast group on that interface. */
  public boolean canJoin(NetworkInterface candidate, InetAddress group) throws IOException {
    boolean four = group instanceof Inet4Address;
    return candidate.isUp()
        && candidate.supportsMulticast()
        && candidate.inetAddresses().anyMatch(address -> address instanceof Inet4Address == four);
  }

  /** Closes a channel; its descriptor is released even if the system reports an error. */
  public static void close(SocketChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      LOG.debug("A socket did not close cleanly: {}", e.toString());
    }
  }

  /** Makes the next close send RST and discard what was not sent. */
  public static void resetOnClose(SocketChannel channel) {
    try {
      channel.setOption(StandardSocketOptions.SO_LINGER, 0);
    } catch (IOException e) {
      // It is closed already, which is all that the option is for.
    }
  }

  private interface Preparation<C> {
    void apply(C channel) throws IOException;
  }

  /** Closes a channel that cannot be prepared. */
  private static <C extends Channel> C prepare(C channel, Preparation<C> preparation)
      throws IOException {
    try {
      preparation.apply(channel);
      return channel;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private void setOptions(SocketChannel socket, InetAddress peer) throws IOException {
    socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
    socket.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
    receiveWindow.prepare(socket, peer);
  }

  /**
   * Refuses a connection of a socket to itself. When nothing listens on an ephemeral port, the system
   * may assign that port to the very socket that connects to it (RFC 9293 § 3.5, simultaneous open).
   */
  private static void refuseItself(SocketChannel socket) throws IOException {
    if (socket.getLocalAddress().equals(socket.getRemoteAddress())) {
      resetOnClose(socket);
      socket.close();
      throw new ConnectException("Connection refused: the socket has reached itself.");
    }
  }

  /** Null when the system is to choose. */
  private static @Nullable NetworkInterface multicastInterface(InetAddress bound)
      throws IOException {
    if (bound.isAnyLocalAddress()) {
      return null;
    }
    NetworkInterface found = NetworkInterface.getByInetAddress(bound);
    return found != null && found.supportsMulticast() ? found : null;
  }
}
