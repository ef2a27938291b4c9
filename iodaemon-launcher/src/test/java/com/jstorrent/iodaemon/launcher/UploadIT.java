package com.jstorrent.iodaemon.launcher;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.testkit.Peer;
import java.io.ByteArrayOutputStream;
import java.net.http.HttpClient;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import org.apache.commons.codec.digest.DigestUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The other direction: the daemon listens, and curl connects and uploads. */
@Timeout(600)
class UploadIT {
  private static final int BYTES = (64 << 20) + 123;
  private static final String TOKEN = "integration";

  @Test
  void curlUploadsThroughAListeningSocketOfTheClient(@TempDir Path folder) throws Exception {
    assumeTrue(
        Arrays.stream(System.getenv("PATH").split(":"))
            .anyMatch(directory -> Files.isExecutable(Path.of(directory, "curl"))),
        "SKIPPED, LOUDLY: curl is missing.");
    byte[] data = Peer.bytes(64, BYTES);
    Path file = Files.write(folder.resolve("up.bin"), data);
    try (DaemonProcess daemon = DaemonProcess.start(Map.of(), "--token", TOKEN);
        WireClient client = new WireClient(HttpClient.newHttpClient(), daemon.port(), TOKEN)) {
      client.send(new ClientFrame.TcpListen(1, 1, 0, "127.0.0.1"));
      int port = client.expect(DaemonFrame.TcpListenResult.class).boundPort();
      Process curl =
          new ProcessBuilder(
              "curl", "--silent", "--show-error", "--noproxy", "*", "--upload-file",
              file.toString(), "http://127.0.0.1:" + port + "/up.bin")
              .redirectErrorStream(true)
              .start();
      int socket = client.expect(DaemonFrame.TcpAccept.class).socketId();
      byte[] early = readHead(client);
      reply(client, socket, "HTTP/1.1 100 Continue\r\n\r\n");
      MessageDigest digest = DigestUtils.getSha256Digest();
      digest.update(early);
      for (int got = early.length; got < BYTES;) {
        DaemonFrame.TcpRecv part = client.expect(DaemonFrame.TcpRecv.class);
        got += part.data().remaining();
        digest.update(part.data());
      }
      assertThat(HexFormat.of().formatHex(digest.digest())).isEqualTo(DigestUtils.sha256Hex(data));
      reply(client, socket, "HTTP/1.1 201 Created\r\nContent-Length: 4\r\n\r\nkept");
      client.send(new ClientFrame.TcpClose(0, socket));
      assertThat(new String(curl.getInputStream().readAllBytes(), US_ASCII)).isEqualTo("kept");
      assertThat(curl.waitFor()).isZero();
    }
  }

  private static void reply(WireClient client, int socket, String text) {
    client.send(new ClientFrame.TcpSend(0, socket, ByteBuffer.wrap(text.getBytes(US_ASCII))));
  }

  /** Reads the head of curl's request and returns the bytes that follow it. */
  private static byte[] readHead(WireClient client) throws Exception {
    ByteArrayOutputStream received = new ByteArrayOutputStream();
    while (true) {
      ByteBuffer part = client.expect(DaemonFrame.TcpRecv.class).data();
      byte[] bytes = new byte[part.remaining()];
      part.get(bytes);
      received.writeBytes(bytes);
      int end = received.toString(US_ASCII).indexOf("\r\n\r\n");
      if (end >= 0) {
        assertThat(received.toString(US_ASCII)).startsWith("PUT /up.bin HTTP/1.1");
        return Arrays.copyOfRange(received.toByteArray(), end + 4, received.size());
      }
    }
  }
}
