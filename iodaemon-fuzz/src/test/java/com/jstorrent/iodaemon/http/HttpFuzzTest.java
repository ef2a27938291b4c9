package com.jstorrent.iodaemon.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.jstorrent.iodaemon.IoDaemon;
import com.jstorrent.iodaemon.fuzz.Defects;
import com.jstorrent.iodaemon.fuzz.Loopback;
import com.jstorrent.iodaemon.transport.DaemonServices;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/**
 * Any bytes to the port get an answer other than 500, or none, and the daemon continues to answer. The
 * token is {@code t} and the root {@code k}, so that requests reach the routes. They cannot fill the
 * disk: preallocating needs a handle, whose id cannot be guessed, and other routes create sparse files.
 */
class HttpFuzzTest {
  private static final Pattern STATUS = Pattern.compile("HTTP/1\\.1 ([1-5][0-9][0-9]) ");
  private static final byte[] HEALTH =
      "GET /health HTTP/1.0\r\nHost: localhost\r\n\r\n".getBytes(ISO_8859_1);

  @TempDir
  static Path root;

  private static Defects defects;
  private static IoDaemon daemon;

  @BeforeAll
  static void begin() throws IOException {
    defects = new Defects();
    Files.write(root.resolve("f"), new byte[100]);
    daemon =
        IoDaemon.builder()
            .token("t")
            .root("k", root)
            .allowedOrigin("https://page.test")
            .transport(HttpTransport.onPort(0).upgrade(new Echo()))
            .build()
            .start();
  }

  @AfterAll
  static void end() {
    daemon.close();
    defects.close();
  }

  @FuzzTest
  void requests(byte[] bytes) throws IOException {
    Loopback.only();
    String answer = new String(Loopback.exchange(daemon.port(), bytes), ISO_8859_1);
    if (!answer.isEmpty()) {
      Matcher status = STATUS.matcher(answer);
      assertThat(status.lookingAt()).as(answer).isTrue();
      assertThat(status.group(1)).isNotEqualTo("500");
    }
    String health = new String(Loopback.exchange(daemon.port(), HEALTH), ISO_8859_1);
    assertThat(health).startsWith("HTTP/1.1 200 ").endsWith("ok");
    defects.assertNone();
  }

  /** A stand-in for the WebSocket upgrade. */
  private static final class Echo implements UpgradeHook {
    @Override
    public String path() {
      return "/io";
    }

    @Override
    public @Nullable Refusal refuse(UpgradeRequest request) {
      return request.lists("upgrade", "echo")
          ? null
          : new Refusal(426, "Echo only.", new Refusal.Header("Upgrade", "echo"));
    }

    @Override
    public void start(DaemonServices services) {}

    @Override
    public void serve(UpgradeRequest request) throws IOException {
      ByteBuffer head = ByteBuffer.wrap("HTTP/1.1 101 Echo\r\n\r\n".getBytes(ISO_8859_1));
      request.channel().write(new ByteBuffer[] {head, request.readAhead()});
    }
  }
}
