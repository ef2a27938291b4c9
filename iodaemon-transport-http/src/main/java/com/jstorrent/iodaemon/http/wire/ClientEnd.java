package com.jstorrent.iodaemon.http.wire;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * The client's end of a connection within this machine, as Linux lists it. To the daemon a client that
 * has ended its side and reads on looks like one that has gone: both have sent FIN, and only bytes sent
 * to them would show the difference. But a socket that no process holds any more has no inode.
 */
final class ClientEnd {
  private static final List<Path> TABLES =
      List.of(Path.of("/proc/net/tcp"), Path.of("/proc/net/tcp6"));
  private static final int LOCAL = 1;
  private static final int REMOTE = 2;
  private static final int INODE = 9;
  private static final String NO_INODE = "0";

  /** In front of an IPv4 address in the table of IPv6. */
  private static final String MAPPED = "0".repeat(16) + word(new byte[] {0, 0, -1, -1});

  private ClientEnd() {}

  /** Whether a process holds it; false where the system does not tell. Reads whole tables. */
  static boolean isHeld(SocketChannel channel) {
    try {
      String client = listed(channel.getRemoteAddress());
      String daemon = listed(channel.getLocalAddress());
      for (Path table : TABLES) {
        if (holds(table, client, daemon)) {
          return true;
        }
      }
    } catch (IOException e) {
      // Not Linux, or the connection is closed.
    }
    return false;
  }

  private static boolean holds(Path table, String local, String remote) throws IOException {
    try (Stream<String> lines = Files.lines(table)) {
      return lines.anyMatch(
          line -> {
            String[] fields = line.strip().split("\\s+", INODE + 2);
            return fields.length > INODE
                && names(fields[LOCAL], local)
                && names(fields[REMOTE], remote)
                && !fields[INODE].equals(NO_INODE);
          });
    }
  }

  private static boolean names(String field, String address) {
    return field.equals(address) || field.equals(MAPPED + address);
  }

  /** As the tables write an address of IPv4 and a port. */
  private static String listed(SocketAddress address) {
    InetSocketAddress end = (InetSocketAddress) address;
    InetAddress host = end.getAddress();
    return word(host.getAddress()) + String.format(Locale.ROOT, ":%04X", end.getPort());
  }

  /** Each 32 bits stand there in the machine's own byte order. */
  private static String word(byte[] bytes) {
    int bits = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder()).getInt();
    return String.format(Locale.ROOT, "%08X", bits);
  }
}
