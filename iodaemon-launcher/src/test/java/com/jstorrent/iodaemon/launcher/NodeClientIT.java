package com.jstorrent.iodaemon.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.testkit.Peer;
import com.jstorrent.iodaemon.testkit.Program;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** PROTOCOL.md § 2 to § 4 with the WebSocket client {@code ws} of Node. */
class NodeClientIT {
  private static final Path MODULES = Path.of("..", "target", "node", "node_modules");

  @Test
  void everyByteIsEchoed() throws Exception {
    Program.assumeThere("node", "--version");
    if (!Files.isDirectory(MODULES.resolve("ws"))) {
      String message =
          "SKIPPED: for this test run: npm install --no-save --prefix target/node ws";
      System.err.println(message);
      Assumptions.abort(message);
    }
    try (DaemonProcess daemon = DaemonProcess.start(Map.of(), "--token", "t");
        Peer echo = Peer.echoing();
        Program node =
            Program.start(
                Map.of("NODE_PATH", MODULES.toAbsolutePath().toString()),
                "node",
                Path.of("src", "test", "resources", "node-client.js").toString(),
                String.valueOf(daemon.port()),
                "t",
                String.valueOf(echo.port()))) {
      assertThat(node.readLine()).isEqualTo("verified 20971520 bytes");
    }
  }
}
