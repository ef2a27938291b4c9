package com.jstorrent.iodaemon.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.testkit.Peer;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Answers that are read slowly hold buffers; the answers to others arrive all the same. */
class SlowReadersTest {
  private static final int MIB = 1 << 20;
  private static final byte[] CONTENT = Peer.bytes(1, 16 * MIB);

  @AutoClose
  private final HttpFixture fixture =
      new HttpFixture(Limits.builder().bodyStall(Duration.ofHours(1)).build());
  private final Path folder = fixture.folder;
  private final HttpDaemon daemon = fixture.daemon;
  private String fileId;
  private final List<RawHttp> slow = new ArrayList<>();

  @BeforeEach
  void start() throws Exception {
    Files.write(folder.resolve("f"), CONTENT);
    fileId = daemon.open("f", "r");
  }

  @AfterEach
  void stop() throws Exception {
    for (RawHttp each : slow) {
      each.close();
    }
  }

  /** As many answers as take all large buffers, of which only the beginning is read. */
  private void readSlowly(String target) throws Exception {
    for (int i = 0; i < 60; i++) {
      RawHttp reader = daemon.raw();
      slow.add(reader);
      reader.send(
          "GET " + target + " HTTP/1.1\nHost: localhost\nX-JST-Auth: tok\nX-Path-Base64: "
              + HttpDaemon.encoded("f") + "\n\n");
      assertThat(reader.answer(false).status()).isEqualTo(200);
    }
  }

  private void assertServed(String target) throws Exception {
    HttpResponse<byte[]> response =
        daemon.get(target, Map.of("X-Path-Base64", HttpDaemon.encoded("f")));
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(Arrays.equals(response.body(), CONTENT)).isTrue();
  }

  @Test
  void readsBesideSlowReads() throws Exception {
    readSlowly("/read/k");
    assertServed("/read/k");
    assertServed("/files/" + fileId + "/read");
    assertServed("/stream/" + fileId);
    assertThat(Arrays.equals(slow.getLast().read(CONTENT.length), CONTENT)).isTrue();
  }

  @Test
  void streamsBesideSlowStreams() throws Exception {
    readSlowly("/stream/" + fileId);
    assertServed("/stream/" + fileId);
    assertServed("/read/k");
    assertThat(Arrays.equals(slow.getLast().read(CONTENT.length), CONTENT)).isTrue();
  }
}
