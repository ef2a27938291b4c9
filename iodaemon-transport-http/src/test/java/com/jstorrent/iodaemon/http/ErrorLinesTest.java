package com.jstorrent.iodaemon.http;

import static com.jstorrent.iodaemon.http.Answers.assertFailure;
import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.config.Limits;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The statuses of PROTOCOL.md § 5, each with a body that says what is wrong in one sentence. */
class ErrorLinesTest {
  private static final String KNOWN = "Host: localhost\nX-JST-Auth: tok\n";
  private static final long TOO_LONG = 999_999_999_999_999_999L;

  @AutoClose
  private final HttpFixture fixture = new HttpFixture();
  private final Path folder = fixture.folder;
  private final HttpDaemon daemon = fixture.daemon;

  @BeforeEach
  void start() throws Exception {
    Files.write(folder.resolve("f"), new byte[10]);
  }

  private static String path(String path) {
    return "X-Path-Base64: " + HttpDaemon.encoded(path) + "\n";
  }

  private static RawHttp.Answer assertAnswer(
      HttpDaemon daemon, String request, int status, String error) throws Exception {
    try (RawHttp client = daemon.raw()) {
      RawHttp.Answer answer = client.send(request).answer();
      assertThat(answer.status()).as(answer.body()).isEqualTo(status);
      assertThat(answer.headers()).containsEntry("content-type", "application/json");
      assertFailure(answer.body(), error);
      return answer;
    }
  }

  private RawHttp.Answer assertAnswer(String request, int status, String error) throws Exception {
    return assertAnswer(daemon, request, status, error);
  }

  @Test
  void badRequestsAre400() throws Exception {
    assertAnswer("GET health HTTP/1.1\nHost: localhost\n\n", 400, "EINVAL");
    assertAnswer("GET /health HTTP/1.1\nHost: localhost\nHost: localhost\n\n", 400, "EINVAL");
    assertAnswer("GET /read/%zz HTTP/1.1\n" + KNOWN + "\n", 400, "EINVAL");
    assertAnswer("GET /read/k HTTP/1.1\n" + KNOWN + "\n", 400, "EINVAL");
    assertAnswer("GET /read/k HTTP/1.1\n" + KNOWN + path("../f") + "\n", 400, "EINVAL");
    assertAnswer("GET /read/k HTTP/1.1\n" + KNOWN + "X-Path-Base64: !\n\n", 400, "EINVAL");
    assertAnswer("GET /read/k HTTP/1.1\n" + KNOWN + path("f").repeat(2) + "\n", 400, "EINVAL");
    assertAnswer(
        "POST /write/k HTTP/1.1\n" + KNOWN + path("f") + "X-Expected-SHA1: abc\n"
            + "Content-Length: 0\n\n",
        400,
        "EINVAL");
    assertAnswer(
        "POST /hash/sha1 HTTP/1.1\n" + KNOWN + "Transfer-Encoding: chunked\n\nzz\n", 400, "EINVAL");
  }

  @Test
  void strangersAre401AndToldWhereTheTokenGoes() throws Exception {
    RawHttp.Answer answer =
        assertAnswer("GET /stats HTTP/1.1\nHost: localhost\n\n", 401, "EAUTH");
    assertThat(answer.headers()).containsEntry("www-authenticate", "Bearer");
    assertThat(answer.body()).contains("X-JST-Auth");
  }

  @Test
  void whatIsNotAllowedIs403() throws Exception {
    assertAnswer("GET /health HTTP/1.1\nHost: evil.test\n\n", 403, "EHOST");
    assertAnswer(
        "GET /io HTTP/1.1\n" + KNOWN + "Origin: https://evil.test\nUpgrade: echo\n"
            + "Connection: Upgrade\n\n",
        403,
        "EORIGIN");
    assertAnswer("GET /read/none HTTP/1.1\n" + KNOWN + path("f") + "\n", 403, "EROOT");
    Files.createSymbolicLink(folder.resolve("dangling"), folder.resolve("none"));
    assertAnswer("GET /read/k HTTP/1.1\n" + KNOWN + path("dangling") + "\n", 403, "EACCES");
  }

  @Test
  void whatIsNotThereIs404() throws Exception {
    assertAnswer("GET /none HTTP/1.1\n" + KNOWN + "\n", 404, "ENOENT");
    assertAnswer("GET /read/k HTTP/1.1\n" + KNOWN + path("none") + "\n", 404, "ENOENT");
    assertAnswer("GET /files/none/read HTTP/1.1\n" + KNOWN + "\n", 404, "ENOENT");
  }

  @Test
  void anotherMethodIs405() throws Exception {
    RawHttp.Answer answer = assertAnswer("DELETE /roots HTTP/1.1\n" + KNOWN + "\n", 405, "EINVAL");
    assertThat(answer.headers()).containsEntry("allow", "GET, HEAD");
  }

  @Test
  void whatDoesNotComeInTimeIs408() throws Exception {
    Limits limits =
        Limits.builder()
            .headTimeout(Duration.ofMillis(100))
            .bodyStall(Duration.ofMillis(100))
            .build();
    try (HttpDaemon hasty = new HttpDaemon(folder, limits)) {
      assertAnswer(hasty, "GET /health HT", 408, "ETIMEDOUT");
      assertAnswer(
          hasty,
          "POST /files/open HTTP/1.1\n" + KNOWN + "Content-Length: 5\n\n{",
          408,
          "ETIMEDOUT");
      assertAnswer(
          hasty,
          "POST /write/batch HTTP/1.1\n" + KNOWN + "Content-Length: 50\n\n\0",
          408,
          "ETIMEDOUT");
    }
  }

  @Test
  void bytesWithAnotherDigestAre409() throws Exception {
    RawHttp.Answer answer =
        assertAnswer(
            "POST /write/k HTTP/1.1\n" + KNOWN + path("f") + "X-Expected-SHA1: " + "ab".repeat(20)
                + "\nContent-Length: 3\n\nabc",
            409,
            "EHASH");
    assertThat(answer.body())
        .contains(
            "\"Hash mismatch: expected " + "ab".repeat(20)
                + ", got a9993e364706816aba3e25717850c26c9cd0d89d");
  }

  @Test
  void aBodyThatIsTooLargeIs413() throws Exception {
    for (String route : new String[] {"/hash/sha1", "/write/batch", "/files/open"}) {
      assertAnswer(
          "POST " + route + " HTTP/1.1\n" + KNOWN + "Content-Length: 67108865\n\n", 413, "EFBIG");
    }
  }

  @Test
  void aRangeBehindTheFileIs416() throws Exception {
    RawHttp.Answer answer =
        assertAnswer(
            "GET /read/k HTTP/1.1\n" + KNOWN + path("f") + "X-Offset: 11\n\n", 416, "ERANGE");
    assertThat(answer.body()).contains("10 bytes");
    String id = daemon.open("f", "r");
    answer =
        assertAnswer(
            "GET /stream/" + id + " HTTP/1.1\n" + KNOWN + "Range: bytes=10-\n\n", 416, "ERANGE");
    assertThat(answer.headers()).containsEntry("content-range", "bytes */10");
  }

  @Test
  void aHeadThatIsTooLargeIs431() throws Exception {
    assertAnswer(
        "GET /health HTTP/1.1\nName: " + "x".repeat(Limits.HEAD_BYTES) + "\n\n", 431, "E2BIG");
    assertAnswer("GET /health HTTP/1.1\n" + "N: x\n".repeat(101) + "\n", 431, "E2BIG");
  }

  @Test
  void anErrorOfTheDiskIs500() throws Exception {
    // A file that is there and writable, and takes nothing but a number.
    Path process = Path.of("/proc/self");
    Assumptions.assumeTrue(Files.isWritable(process.resolve("oom_score_adj")));
    try (HttpDaemon odd = new HttpDaemon(process)) {
      HttpResponse<byte[]> response =
          odd.post(
              "/write/k",
              new byte[] {'x'},
              Map.of("X-Path-Base64", HttpDaemon.encoded("oom_score_adj")));
      assertFailure(response, 500, "EIO");
    }
  }

  @Test
  void aDaemonThatIsBusyIs503AndTellsWhenToComeAgain() throws Exception {
    try (HttpDaemon small = new HttpDaemon(folder, Limits.builder().fileHandles(1).build())) {
      small.open("f", "r");
      HttpResponse<byte[]> refused =
          small.json("/files/open", "{\"root_key\":\"k\",\"path\":\"f\",\"mode\":\"r\"}");
      assertFailure(refused, 503, "EBUSY");
      assertThat(refused.headers().firstValue("Retry-After").orElseThrow()).matches("[0-9]+");
    }
  }

  @Test
  void aFileThatTheDiskCannotHoldIs507AndStaysAsItWas() throws Exception {
    Path trial = folder.resolve("trial");
    try (FileChannel channel =
        FileChannel.open(trial, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.allocate(1), TOO_LONG - 1);
      Assumptions.abort("This file system holds files of any length.");
    } catch (IOException e) {
      Files.delete(trial);
    }
    String id = daemon.open("f", "rw");
    assertFailure(
        daemon.json(
            "/ops/truncate", "{\"root_key\":\"k\",\"path\":\"f\",\"length\":" + TOO_LONG + "}"),
        507,
        "ENOSPC");
    assertFailure(
        daemon.post(
            "/files/" + id + "/preallocate?size=" + TOO_LONG, new byte[0], Map.of()),
        507,
        "ENOSPC");
    assertFailure(
        daemon.post(
            "/write/k",
            new byte[] {1},
            Map.of(
                "X-Path-Base64", HttpDaemon.encoded("f"), "X-Offset", Long.toString(TOO_LONG))),
        507,
        "ENOSPC");
    assertThat(folder.resolve("f")).hasBinaryContent(new byte[10]);
  }
}
