package com.jstorrent.iodaemon.transport;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * How much of what was written to a connection its reader has not taken. The system holds megabytes,
 * and lets a writer go on only when a third of them has gone: from a writer's side a slow reader looks
 * for minutes like one that has stopped. Java cannot ask; Linux tells in files. A look reads all of
 * them, so it is for connections that seem to stall.
 */
public final class KernelQueues {
  private static final List<Path> TABLES =
      List.of(Path.of("/proc/net/tcp"), Path.of("/proc/net/tcp6"));
  private static final int LOCAL = 1;
  private static final int REMOTE = 2;
  private static final int QUEUES = 4;
  private static final int HEX = 16;

  /** An IPv4 address in a table of IPv6 ones, without the address. */
  private static final String MAPPED = "0000000000000000" + wordOf(new byte[] {0, 0, -1, -1});

  private KernelQueues() {}

  /** Whether this system tells. */
  public static boolean areKnown() {
    return Files.isReadable(TABLES.getFirst());
  }

  /**
   * Of each connection, the bytes that its peer's system has not acknowledged, and, when the peer is on
   * this machine, those that it has not read. The number changes with every byte that the peer takes.
   * Connections of which nothing is known are left out.
   */
  public static Map<SocketChannel, Long> unread(Collection<SocketChannel> connections) {
    Map<String, SocketChannel> senders = new HashMap<>();
    Map<String, SocketChannel> readers = new HashMap<>();
    for (SocketChannel each : connections) {
      try {
        if (each.getLocalAddress() instanceof InetSocketAddress local
            && each.getRemoteAddress() instanceof InetSocketAddress remote) {
          senders.put(address(local) + ' ' + address(remote), each);
          readers.put(address(remote) + ' ' + address(local), each);
        }
      } catch (IOException e) {
        // It is closed.
      }
    }
    Map<SocketChannel, Long> unread = new HashMap<>();
    for (Path table : TABLES) {
      read(
          table,
          fields -> {
            String ends = unmapped(fields[LOCAL]) + ' ' + unmapped(fields[REMOTE]);
            SocketChannel sender = senders.get(ends);
            SocketChannel reader = readers.get(ends);
            int colon = fields[QUEUES].indexOf(':');
            if (sender != null) {
              unread.merge(sender, hex(fields[QUEUES].substring(0, colon)), Long::sum);
            }
            if (reader != null) {
              unread.merge(reader, hex(fields[QUEUES].substring(colon + 1)), Long::sum);
            }
          });
    }
    return unread;
  }

  /** As {@link #unread(Collection)}, of one connection. */
  public static OptionalLong unread(SocketChannel connection) {
    Long unread = unread(List.of(connection)).get(connection);
    return unread == null ? OptionalLong.empty() : OptionalLong.of(unread);
  }

  private static void read(Path table, Consumer<String[]> onLine) {
    try (Stream<String> lines = Files.lines(table)) {
      lines.skip(1).forEach(line -> onLine.accept(line.strip().split("\\s+", QUEUES + 2)));
    } catch (IOException | RuntimeException e) {
      // Not Linux, or a Linux that hides it.
    }
  }

  private static long hex(String digits) {
    return Long.parseLong(digits, HEX);
  }

  private static String unmapped(String address) {
    return address.startsWith(MAPPED) ? address.substring(MAPPED.length()) : address;
  }

  /** An address as those tables write it. */
  public static String address(InetSocketAddress address) {
    return wordOf(address.getAddress().getAddress())
        + ':'
        + "%04X".formatted(address.getPort());
  }

  /** The tables print each 32-bit word of an address in the machine's own byte order. */
  private static String wordOf(byte[] bytes) {
    ByteBuffer words = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
    StringBuilder text = new StringBuilder();
    while (words.hasRemaining()) {
      text.append(String.format(Locale.ROOT, "%08X", words.getInt()));
    }
    return text.toString();
  }
}
