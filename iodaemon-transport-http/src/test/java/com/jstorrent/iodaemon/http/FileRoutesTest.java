package com.jstorrent.iodaemon.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.json.Json;
import com.jstorrent.iodaemon.testkit.Peer;
import java.io.ByteArrayInputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.FutureTask;
import org.apache.commons.codec.digest.DigestUtils;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** PROTOCOL.md § 5.1, 5.3 and 5.4, as far as they are served, through the JDK's HttpClient. */
class FileRoutesTest {
  private static final int LARGE = 5_000_000;

  @AutoClose
  private final HttpFixture fixture = new HttpFixture();
  private final Path folder = fixture.folder;
  private final HttpDaemon daemon = fixture.daemon;

  private static Map<String, String> place(String path, long offset) {
    return Map.of("X-Path-Base64", HttpDaemon.encoded(path), "X-Offset", Long.toString(offset));
  }

  private static void assertFailure(HttpResponse<byte[]> response, int status, String error) {
    assertThat(response.statusCode()).isEqualTo(status);
    Map<String, Object> body = Json.readObject(new String(response.body(), UTF_8));
    assertThat(body).containsEntry("error", error).containsOnlyKeys("error", "message");
    assertThat((String) body.get("message")).endsWith(".").doesNotContain("/tmp");
  }

  @Test
  void whatIsWrittenIsReadBack() throws Exception {
    byte[] data = Peer.bytes(1, LARGE);
    assertThat(daemon.post("/write/k", data, place("dir/für.bin", 7)).statusCode()).isEqualTo(200);
    assertThat(Files.size(folder.resolve("dir/für.bin"))).isEqualTo(LARGE + 7);
    HttpResponse<byte[]> whole = daemon.get("/read/k", place("dir/für.bin", 7));
    assertThat(whole.statusCode()).isEqualTo(200);
    assertThat(Arrays.equals(whole.body(), data)).isTrue();
    HttpResponse<byte[]> part =
        daemon.get(
            "/read/k",
            Map.of(
                "X-Path-Base64", HttpDaemon.encoded("dir/für.bin"),
                "X-Offset", "1007",
                "X-Length", "2000000"));
    assertThat(Arrays.equals(part.body(), Arrays.copyOfRange(data, 1000, 2_001_000))).isTrue();
  }

  @Test
  void headTellsTheLengthWithoutTheBytes() throws Exception {
    Files.write(folder.resolve("f"), new byte[300_000]);
    HttpResponse<byte[]> head =
        daemon.send(
            daemon
                .request("/read/k")
                .header("X-Path-Base64", HttpDaemon.encoded("f"))
                .method("HEAD", HttpRequest.BodyPublishers.noBody())
                .build());
    assertThat(head.statusCode()).isEqualTo(200);
    assertThat(head.headers().firstValueAsLong("content-length")).hasValue(300_000);
    assertThat(head.body()).isEmpty();
  }

  @Test
  void aRangePastTheEndIsAnswered416AndNeverShort() throws Exception {
    Files.write(folder.resolve("f"), new byte[10]);
    String path = HttpDaemon.encoded("f");
    for (Map<String, String> range : List.of(
        Map.of("X-Path-Base64", path, "X-Offset", "11"),
        Map.of("X-Path-Base64", path, "X-Offset", "5", "X-Length", "6"),
        Map.of("X-Path-Base64", path, "X-Length", "999999999999999999"),
        Map.of("X-Path-Base64", path, "X-Offset", "999999999999999999", "X-Length", "1"))) {
      assertFailure(daemon.get("/read/k", range), 416, "ERANGE");
    }
    assertThat(daemon.get("/read/k", Map.of("X-Path-Base64", path, "X-Offset", "10")).body())
        .as("exactly at the end there are no bytes left")
        .isEmpty();
  }

  @Test
  void numbersThatAreNoneAreAnswered400() throws Exception {
    for (String number : new String[] {"-1", "+1", "1e3", "0x1", " ", "9999999999999999999"}) {
      assertFailure(
          daemon.get(
              "/read/k", Map.of("X-Path-Base64", HttpDaemon.encoded("f"), "X-Offset", number)),
          400,
          "EINVAL");
    }
  }

  @Test
  void aVerifiedWriteIsWritten() throws Exception {
    byte[] data = Peer.bytes(2, LARGE);
    assertThat(
        daemon
            .post(
                "/write/k",
                data,
                Map.of(
                    "X-Path-Base64", HttpDaemon.encoded("f"),
                    "X-Expected-SHA1", DigestUtils.sha1Hex(data).toUpperCase(Locale.ROOT),
                    "X-Expected-SHA256", DigestUtils.sha256Hex(data)))
            .statusCode())
        .isEqualTo(200);
    assertThat(Arrays.equals(Files.readAllBytes(folder.resolve("f")), data)).isTrue();
  }

  @Test
  void aHashMismatchIsAnswered409AndLeavesTheFileUntouched() throws Exception {
    Files.write(folder.resolve("f"), new byte[] {1, 2, 3});
    for (String header : new String[] {"X-Expected-SHA1", "X-Expected-SHA256"}) {
      byte[] other = Peer.bytes(3, 100);
      String digest =
          header.endsWith("SHA1") ? DigestUtils.sha1Hex(other) : DigestUtils.sha256Hex(other);
      HttpResponse<byte[]> response =
          daemon.post(
              "/write/k",
              Peer.bytes(4, 100),
              Map.of("X-Path-Base64", HttpDaemon.encoded("f"), header, digest));
      assertFailure(response, 409, "EHASH");
      assertThat(new String(response.body(), UTF_8))
          .contains("Hash mismatch: expected " + digest + ", got ");
      daemon.post(
          "/write/k",
          Peer.bytes(4, 100),
          Map.of("X-Path-Base64", HttpDaemon.encoded("new"), header, digest));
    }
    assertThat(Files.readAllBytes(folder.resolve("f"))).containsExactly(1, 2, 3);
    assertThat(folder.resolve("new")).as("not even made").doesNotExist();
  }

  @Test
  void bodiesInChunksAreWrittenVerifiedOrNot() throws Exception {
    byte[] data = Peer.bytes(5, LARGE);
    for (boolean verified : new boolean[] {false, true}) {
      HttpRequest.Builder request =
          daemon
              .request("/write/k")
              .header("X-Path-Base64", HttpDaemon.encoded("f" + verified))
              .POST(
                  HttpRequest.BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(data)));
      if (verified) {
        request.header("X-Expected-SHA1", DigestUtils.sha1Hex(data));
      }
      assertThat(daemon.send(request.build()).statusCode()).isEqualTo(200);
      assertThat(Arrays.equals(Files.readAllBytes(folder.resolve("f" + verified)), data)).isTrue();
    }
  }

  @Test
  void bodiesInChunksAreBoundedToo() throws Exception {
    byte[] data = new byte[(64 << 20) + 1];
    HttpRequest request =
        daemon
            .request("/hash/sha1")
            .POST(HttpRequest.BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(data)))
            .build();
    assertFailure(daemon.send(request), 413, "EFBIG");
  }

  @Test
  void failuresOfFilesHaveTheirStatus() throws Exception {
    Files.createDirectories(folder.resolve("dir"));
    assertFailure(daemon.get("/read/other", place("f", 0)), 403, "EROOT");
    assertFailure(daemon.get("/read/k", place("none", 0)), 404, "ENOENT");
    assertFailure(daemon.get("/read/k", place("../x", 0)), 400, "EINVAL");
    assertFailure(daemon.get("/read/k", place("dir", 0)), 400, "EISDIR");
    assertFailure(daemon.get("/read/k", Map.of()), 400, "EINVAL");
    assertFailure(daemon.post("/write/k", new byte[1], place("", 0)), 400, "EINVAL");
    Files.createSymbolicLink(folder.resolve("out"), folder.getParent());
    assertFailure(daemon.get("/read/k", place("out", 0)), 403, "EACCES");
    assertFailure(daemon.post("/write/k", new byte[1], place("out/x", 0)), 403, "EACCES");
  }

  @Test
  void bodiesAreHashed() throws Exception {
    byte[] data = Peer.bytes(6, LARGE);
    assertThat(daemon.post("/hash/sha1", data, Map.of()).body()).isEqualTo(DigestUtils.sha1(data));
    assertThat(daemon.post("/hash/sha256", data, Map.of()).body())
        .isEqualTo(DigestUtils.sha256(data));
    assertThat(daemon.post("/hash/sha1", new byte[0], Map.of()).body())
        .isEqualTo(DigestUtils.sha1(new byte[0]));
  }

  @Test
  void statsCountWhatWasDone() throws Exception {
    daemon.post("/write/k", new byte[1000], place("f", 0));
    daemon.get("/read/k", place("f", 0));
    Map<String, Object> stats =
        Json.readObject(new String(daemon.get("/stats", Map.of()).body(), UTF_8));
    assertThat(stats)
        .containsKeys(
            "tcp_sockets", "pending_connects", "pending_tcp", "udp_sockets", "tcp_servers",
            "ws_connections", "bytes_sent", "bytes_received", "uptime_secs")
        .containsEntry("file_bytes_written", 1000L)
        .containsEntry("file_bytes_read", 1000L);
  }

  @Test
  void shuttingDownLetsAWriteThatIsUnderWayFinish() throws Exception {
    byte[] data = new byte[100_000];
    Arrays.fill(data, (byte) 'x');
    try (RawHttp idle = daemon.raw();
        RawHttp writer = daemon.raw()) {
      idle.send("GET /health HTTP/1.1\nHost: localhost\n\n");
      idle.answer();
      String half = "x".repeat(data.length / 2);
      writer.send(
          "POST /write/k HTTP/1.1\nHost: localhost\nX-JST-Auth: tok\nExpect: 100-continue\n"
              + "X-Path-Base64: " + HttpDaemon.encoded("late") + "\nContent-Length: " + data.length
              + "\n\n");
      assertThat(writer.answer().status()).as("the daemon is in the route").isEqualTo(100);
      writer.sendExactly(half);
      Thread closer = Thread.ofPlatform().start(daemon::close);
      assertThat(idle.ended()).as("an idle connection ends at once").isTrue();
      RawHttp.Answer answer = writer.sendExactly(half).answer();
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.headers()).containsEntry("connection", "close");
      closer.join();
    }
    assertThat(Files.readAllBytes(folder.resolve("late"))).isEqualTo(data);
  }

  @Test
  void whatCanBeRefusedIsRefusedBeforeTheBodyIsAskedFor() throws Exception {
    for (String[] refused : new String[][] {
        {"/write/none", "X-Path-Base64: eA==\n", "403"},
        {"/write/k", "X-Path-Base64: \n", "400"},
        {"/write/k", "X-Path-Base64: eA==\nX-Expected-SHA1: zz\n", "400"},
    }) {
      try (RawHttp client = daemon.raw()) {
        client.send(
            "POST " + refused[0] + " HTTP/1.1\nHost: localhost\nX-JST-Auth: tok\n" + refused[1]
                + "Expect: 100-continue\nContent-Length: 3\n\n");
        assertThat(client.answer().status()).isEqualTo(Integer.parseInt(refused[2]));
      }
    }
  }

  @Test
  void manyWritesAtOnceLandWhereTheyShould() throws Exception {
    int pieces = 64;
    int size = 1 << 18;
    List<FutureTask<HttpResponse<byte[]>>> writes = new ArrayList<>();
    for (int i = 0; i < pieces; i++) {
      byte[] data = Peer.bytes(i, size);
      long offset = (long) i * size;
      FutureTask<HttpResponse<byte[]>> write =
          new FutureTask<>(() -> daemon.post("/write/k", data, place("f", offset)));
      writes.add(write);
      Thread.ofVirtual().start(write);
    }
    for (FutureTask<HttpResponse<byte[]>> write : writes) {
      assertThat(write.get().statusCode()).isEqualTo(200);
    }
    byte[] file = Files.readAllBytes(folder.resolve("f"));
    for (int i = 0; i < pieces; i++) {
      assertThat(Arrays.copyOfRange(file, i * size, (i + 1) * size)).isEqualTo(Peer.bytes(i, size));
    }
  }
}
