package com.jstorrent.iodaemon.net.connect;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** PROTOCOL.md § 4.5: the receive window for distant peers is left for the system to tune. */
class ReceiveWindowTest {
  private static final String FAR = "192.0.2.1"; // it is not connected to

  @TempDir
  Path settings;

  private boolean leaves(ReceiveWindow window, String address) throws IOException {
    try (SocketChannel socket = SocketChannel.open();
        SocketChannel untouched = SocketChannel.open()) {
      window.prepare(socket, InetAddress.getByName(address));
      return socket.getOption(StandardSocketOptions.SO_RCVBUF)
          .equals(untouched.getOption(StandardSocketOptions.SO_RCVBUF));
    }
  }

  private void write(String name, String value) throws IOException {
    Files.writeString(settings.resolve(name), value + "\n");
  }

  @ParameterizedTest
  @CsvSource({
      "1, 4096 131072 6291456, true",
      "1, 4096\t131072\t524288, true",
      "1, 4096 131072 524287, false", // a window is about half of it
      "0, 4096 131072 6291456, false",
      "1, '', true", // unreadable settings are none
      "2, 4096 131072 6291456, false"
  })
  void itIsTheSystemsToTuneWhereThatGoesFarEnough(String moderate, String sizes, boolean tuned)
      throws Exception {
    write("tcp_moderate_rcvbuf", moderate);
    write("tcp_rmem", sizes);
    assertThat(leaves(ReceiveWindow.of(settings), FAR)).isEqualTo(tuned);
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void theSettingsOfLinuxAreReadAsOtherProgramsSeeThem() throws Exception {
    String files = "/proc/sys/net/ipv4/tcp_rmem /proc/sys/net/ipv4/tcp_moderate_rcvbuf";
    Process cat = new ProcessBuilder(("cat " + files).split(" ", -1)).start();
    String[] values =
        new String(cat.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).split("\\s+",
            -1);
    boolean tuned = Long.parseLong(values[2]) >= 512 << 10 && "1".equals(values[3]);
    assertThat(leaves(ReceiveWindow.ofSystem(), FAR)).isEqualTo(tuned);
  }

  @Test
  void systemsWithoutSuchSettingsTuneIt() throws Exception {
    assertThat(leaves(ReceiveWindow.of(settings.resolve("none")), FAR)).isTrue();
  }

  @ParameterizedTest
  @CsvSource({"127.0.0.1", "127.9.8.7", "::1"})
  void itIsFixedForPeersOnThisMachine(String address) throws Exception {
    assertThat(leaves(ReceiveWindow.of(settings), address)).isFalse();
  }

  @Test
  void aServerPassesItOn() throws Exception {
    try (ServerSocketChannel server = ServerSocketChannel.open();
        ServerSocketChannel untouched = ServerSocketChannel.open()) {
      ReceiveWindow window = ReceiveWindow.of(settings);
      window.prepare(server, InetAddress.getByName("0.0.0.0"));
      assertThat(server.getOption(StandardSocketOptions.SO_RCVBUF))
          .isEqualTo(untouched.getOption(StandardSocketOptions.SO_RCVBUF));
      window.prepare(server, InetAddress.getLoopbackAddress());
      assertThat(server.getOption(StandardSocketOptions.SO_RCVBUF))
          .isNotEqualTo(untouched.getOption(StandardSocketOptions.SO_RCVBUF));
    }
  }
}
