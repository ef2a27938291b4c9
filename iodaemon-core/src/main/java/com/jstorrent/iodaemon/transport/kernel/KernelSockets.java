package com.jstorrent.iodaemon.transport.kernel;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * The TCP sockets of this machine, as Linux lists them in files. Each call reads the whole list, so use
 * it only for what no system call tells.
 */
public final class KernelSockets {
  private static final List<Path> TABLES =
      List.of(Path.of("/proc/net/tcp"), Path.of("/proc/net/tcp6"));
  private static final int LOCAL = 1;
  private static final int REMOTE = 2;
  private static final int QUEUES = 4;
  private static final int INODE = 9;
  private static final int HEX = 16;
  private static final String NO_INODE = "0";

  /** What precedes an IPv4 address in a table of IPv6 addresses. */
  private static final String MAPPED = "0000000000000000" + wordOf(new byte[] {0, 0, -1, -1});

  private KernelSockets() {}

  /**
   * One socket.
   *
   * @param ends its own address and that of its peer, as {@link #ends} writes them
   * @param unsent bytes that its peer's system has not acknowledged
   * @param unread bytes that have arrived and were not read
   * @param held whether a process holds it
   */
  record Listed(String ends, long unsent, long unread, boolean held) {}

  /** Whether this system lists its sockets. */
  public static boolean areKnown() {
    return Files.isReadable(TABLES.getFirst());
  }

  /**
   * Whether a process holds the other end of a connection within this machine; false where the system
   * does not list its sockets. A peer that has ended its side and reads on looks like one that has
   * gone: both have sent FIN, and only bytes sent to them would show the difference.
   */
  public static boolean isPeerHeld(SocketChannel channel) {
    AtomicBoolean held = new AtomicBoolean();
    try {
      if (channel.getLocalAddress() instanceof InetSocketAddress local
          && channel.getRemoteAddress() instanceof InetSocketAddress remote) {
        String peer = ends(remote, local);
        forEach(socket -> {
          if (socket.held && socket.ends.equals(peer)) {
            held.set(true);
          }
        });
      }
    } catch (IOException e) {
      // It is closed, or no descriptor is left to read the list.
    }
    return held.get();
  }

  /**
   * Passes on all sockets; none where the system does not list them.
   *
   * @throws IOException when no descriptor is left to read the list
   */
  static void forEach(Consumer<Listed> onSocket) throws IOException {
    KernelTables.forEachRow(TABLES, INODE + 1, fields -> onSocket.accept(listed(fields)));
  }

  private static Listed listed(String[] fields) {
    String queues = fields[QUEUES];
    int colon = queues.indexOf(':');
    return new Listed(
        unmapped(fields[LOCAL]) + ' ' + unmapped(fields[REMOTE]),
        Long.parseLong(queues.substring(0, colon), HEX),
        Long.parseLong(queues.substring(colon + 1), HEX),
        !fields[INODE].equals(NO_INODE));
  }

  private static String unmapped(String address) {
    return address.startsWith(MAPPED) ? address.substring(MAPPED.length()) : address;
  }

  /** The two addresses of a socket, its own first. */
  static String ends(InetSocketAddress own, InetSocketAddress other) {
    return address(own) + ' ' + address(other);
  }

  /** An address as those files write it. */
  public static String address(InetSocketAddress address) {
    return wordOf(address.getAddress().getAddress())
        + ':'
        + "%04X".formatted(address.getPort());
  }

  /** Those files have each 32-bit word of an address in the machine's own byte order. */
  private static String wordOf(byte[] bytes) {
    ByteBuffer words = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
    StringBuilder text = new StringBuilder();
    while (words.hasRemaining()) {
      text.append(String.format(Locale.ROOT, "%08X", words.getInt()));
    }
    return text.toString();
  }
}
