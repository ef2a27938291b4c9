package com.jstorrent.iodaemon.transport.kernel;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * How many of the bytes written to a connection its reader has not taken. The system holds megabytes,
 * and lets a writer go on only when a third of them has gone, so to a writer a slow reader looks for
 * minutes like one that has stopped. Because of what a call costs ({@link KernelSockets}), it is for
 * connections that seem to stall.
 */
public final class KernelQueues {
  private KernelQueues() {}

  /** Whether this system provides these numbers. */
  public static boolean areKnown() {
    return KernelSockets.areKnown();
  }

  /**
   * For each connection, how many bytes its peer's system has not acknowledged, plus, when the peer is
   * on this machine, how many the peer has not read. The number changes with every byte that the peer
   * takes. Connections of which nothing is known are left out.
   *
   * @throws IOException when no descriptor is left to read the system's numbers
   */
  public static Map<SocketChannel, Long> unread(Collection<SocketChannel> connections)
      throws IOException {
    Map<String, SocketChannel> senders = new HashMap<>();
    Map<String, SocketChannel> readers = new HashMap<>();
    for (SocketChannel each : connections) {
      try {
        if (each.getLocalAddress() instanceof InetSocketAddress local
            && each.getRemoteAddress() instanceof InetSocketAddress remote) {
          senders.put(KernelSockets.ends(local, remote), each);
          readers.put(KernelSockets.ends(remote, local), each);
        }
      } catch (IOException e) {
        // It is closed.
      }
    }
    Map<SocketChannel, Long> unread = new HashMap<>();
    KernelSockets.forEach(
        socket -> {
          SocketChannel sender = senders.get(socket.ends());
          SocketChannel reader = readers.get(socket.ends());
          if (sender != null) {
            unread.merge(sender, socket.unsent(), Long::sum);
          }
          if (reader != null) {
            unread.merge(reader, socket.unread(), Long::sum);
          }
        });
    return unread;
  }

  /** As {@link #unread(Collection)}, for one connection. */
  public static OptionalLong unread(SocketChannel connection) throws IOException {
    Long unread = unread(List.of(connection)).get(connection);
    return unread == null ? OptionalLong.empty() : OptionalLong.of(unread);
  }
}
