package com.jstorrent.iodaemon.net.connect;

import com.jstorrent.iodaemon.config.Limits;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.NetworkChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * How far the receive window of a TCP socket can grow (PROTOCOL.md § 4.5). Systems tune it to the speed
 * and the distance of the peer, but stop doing so when a program sets the size of the buffer; then a
 * peer 100 ms away can send only some 2.5 MiB/s. So the size is set in two cases only.
 *
 * <ul>
 *   <li>The peer is on this machine. It is not far away, so it needs no large window; and hundreds of
 *       such peers, each with a window of many MiB, would use up the memory that the system has for all
 *       TCP sockets.
 *   <li>The system does not tune the window, or not as far as clients were promised.
 * </ul>
 */
final class ReceiveWindow {
  private static final Path LINUX_SETTINGS = Path.of("/proc/sys/net/ipv4");

  /**
   * The buffer includes the system's own overhead: the window is about half of the size that the buffer
   * is tuned to.
   */
  private static final int MIN_TUNED_BYTES = 2 * Limits.PEER_RECEIVE_BUFFER_BYTES;

  private static final int SETTING_BYTES = 256;

  private final boolean tunedBySystem;

  private ReceiveWindow(boolean tunedBySystem) {
    this.tunedBySystem = tunedBySystem;
  }

  /** For this system. */
  static ReceiveWindow ofSystem() {
    return of(LINUX_SETTINGS);
  }

  /** For a system with these settings; one without them is not Linux, and tunes the window. */
  static ReceiveWindow of(Path settings) {
    try {
      boolean enabled = "1".equals(read(settings.resolve("tcp_moderate_rcvbuf")));
      String[] sizes = read(settings.resolve("tcp_rmem")).split("\\s+", -1);
      return new ReceiveWindow(
          enabled && Long.parseLong(sizes[sizes.length - 1]) >= MIN_TUNED_BYTES);
    } catch (IOException | NumberFormatException e) {
      return new ReceiveWindow(true);
    }
  }

  /** The kernel returns the content of such a file to the first read only, however little that asks for. */
  private static String read(Path setting) throws IOException {
    byte[] content = new byte[SETTING_BYTES];
    try (InputStream in = Files.newInputStream(setting)) {
      int length = Math.max(in.read(content), 0);
      return new String(content, 0, length, StandardCharsets.US_ASCII).strip();
    }
  }

  /**
   * Prepares a socket, or a server whose sockets inherit the setting. Call it before the socket is
   * connected or bound, because the SYN announces how far the window can grow; later a window can only
   * be narrowed.
   *
   * @param address of the peer, or the one that the server listens on
   */
  void prepare(NetworkChannel socket, InetAddress address) throws IOException {
    if (!tunedBySystem || address.isLoopbackAddress()) {
      socket.setOption(StandardSocketOptions.SO_RCVBUF, Limits.PEER_RECEIVE_BUFFER_BYTES);
    }
  }
}
