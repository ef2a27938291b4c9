package com.jstorrent.iodaemon.http;

import static com.jstorrent.iodaemon.http.Answers.assertFailure;
import static com.jstorrent.iodaemon.http.Answers.object;
import static com.jstorrent.iodaemon.http.Answers.text;
import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.json.Json;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.testkit.Peer;
import com.jstorrent.iodaemon.testkit.TestClient;
import com.jstorrent.iodaemon.testkit.TestDaemon;
import com.jstorrent.iodaemon.testkit.time.ManualClock;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.commons.codec.digest.DigestUtils;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** PROTOCOL.md § 5.2: opening, reading, writing, flushing and closing, and who a handle belongs to. */
class HandleRoutesTest {
  private static final String UNKNOWN = "0123456789abcdef0123456789abcdef";

  @AutoClose
  private final HttpFixture fixture = new HttpFixture();
  private final Path folder = fixture.folder;
  private final HttpDaemon daemon = fixture.daemon;

  private HttpResponse<byte[]> open(String path, String mode) throws Exception {
    return daemon.json(
        "/files/open", Json.write(Map.of("root_key", "k", "path", path, "mode", mode)));
  }

  private HttpResponse<byte[]> read(String fileId, String query) throws Exception {
    return daemon.get("/files/" + fileId + "/read" + query, Map.of());
  }

  private HttpResponse<byte[]> write(
      String fileId, String query, byte[] data, String... headers) throws Exception {
    HttpRequest.Builder request = daemon.request("/files/" + fileId + "/write" + query);
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    return daemon.send(
        request.method("PATCH", HttpRequest.BodyPublishers.ofByteArray(data)).build());
  }

  private HttpResponse<byte[]> act(String fileId, String action) throws Exception {
    return daemon.post("/files/" + fileId + "/" + action, new byte[0], Map.of());
  }

  @Test
  void openTellsAHandleAndTheSize() throws Exception {
    Files.write(folder.resolve("f"), new byte[77]);
    for (String mode : List.of("r", "rw", "create")) {
      Map<String, Object> opened = object(open("f", mode));
      assertThat(opened).containsOnlyKeys("fileId", "size").containsEntry("size", 77L);
      assertThat((String) opened.get("fileId")).matches("[0-9a-f]{32}");
    }
    assertThat(folder.resolve("f")).as("nothing was cut off").hasSize(77);
  }

  @Test
  void onlyCreateMakesTheFileAndItsFolders() throws Exception {
    assertFailure(open("a/b/f", "r"), 404, "ENOENT");
    assertFailure(open("a/b/f", "rw"), 404, "ENOENT");
    assertThat(folder).isEmptyDirectory();
    assertThat(object(open("a/b/f", "create"))).containsEntry("size", 0L);
    assertThat(folder.resolve("a/b/f")).isEmptyFile();
  }

  @Test
  void whatCannotBeOpenedIsAFailure() throws Exception {
    Files.createDirectory(folder.resolve("dir"));
    Files.createSymbolicLink(folder.resolve("out"), folder.getParent());
    for (String mode : List.of("r", "rw", "create")) {
      assertFailure(open("dir", mode), 400, "EISDIR");
      assertFailure(open("", mode), 400, "EINVAL");
      assertFailure(open("a/./b", mode), 400, "EINVAL");
      assertFailure(open("out/f", mode), 403, "EACCES");
    }
    for (String mode : List.of("", "w", "RW", "r ")) {
      assertFailure(open("f", mode), 400, "EINVAL");
    }
    assertFailure(
        daemon.json("/files/open", "{\"root_key\":\"none\",\"path\":\"f\",\"mode\":\"r\"}"),
        403,
        "EROOT");
    assertThat(daemon.daemon.stats().get(Counter.FILE_HANDLES)).isZero();
  }

  @Test
  void noTwoHandlesAreTheSame() throws Exception {
    Set<String> ids = new HashSet<>();
    for (int i = 0; i < 50; i++) {
      ids.add(daemon.open("f", "create"));
    }
    assertThat(ids).hasSize(50);
    assertThat(daemon.daemon.stats().get(Counter.FILE_HANDLES)).isEqualTo(50);
  }

  @Test
  void whatIsWrittenThroughAHandleIsReadThroughIt() throws Exception {
    byte[] data = Peer.bytes(1, 3_000_000);
    String id = daemon.open("f", "create");
    assertThat(write(id, "?offset=5", data).statusCode()).isEqualTo(200);
    assertThat(write(id, "", new byte[] {9}).body()).isEmpty();
    assertThat(folder.resolve("f")).hasSize(5 + data.length);
    assertThat(Arrays.equals(read(id, "?offset=5").body(), data)).isTrue();
    assertThat(read(id, "?offset=0&length=1").body()).containsExactly(9);
    assertThat(read(id, "?offset=1000005&length=70000").body())
        .isEqualTo(Arrays.copyOfRange(data, 1_000_000, 1_070_000));
    assertThat(read(id, "?offset=3000005").body()).isEmpty();
  }

  @Test
  void rangesAndNumbersAreCheckedAsInReadAndWrite() throws Exception {
    String id = daemon.open("f", "create");
    write(id, "", new byte[10]);
    assertFailure(read(id, "?offset=11"), 416, "ERANGE");
    assertFailure(read(id, "?offset=5&length=6"), 416, "ERANGE");
    for (String number : List.of("-1", "%2B1", "1.0", "", "1000000000000000000")) {
      assertFailure(read(id, "?offset=" + number), 400, "EINVAL");
      assertFailure(read(id, "?length=" + number), 400, "EINVAL");
      assertFailure(write(id, "?offset=" + number, new byte[1]), 400, "EINVAL");
    }
    assertThat(folder.resolve("f")).hasSize(10);
  }

  @Test
  void aDigestIsVerifiedBeforeTheFileIsTouched() throws Exception {
    for (int size : new int[] {1000, 2_000_000}) {
      byte[] data = Peer.bytes(size, size);
      String id = daemon.open("f" + size, "create");
      for (String wrong : List.of("X-Expected-SHA1", "X-Expected-SHA256")) {
        String digest = wrong.endsWith("1") ? "0".repeat(40) : "0".repeat(64);
        HttpResponse<byte[]> refused = write(id, "", data, wrong, digest);
        assertFailure(refused, 409, "EHASH");
        assertThat(Answers.message(refused))
            .startsWith("Hash mismatch: expected " + digest + ", got ");
      }
      assertThat(folder.resolve("f" + size)).isEmptyFile();
      HttpResponse<byte[]> taken =
          write(
              id,
              "",
              data,
              "X-Expected-SHA1",
              DigestUtils.sha1Hex(data),
              "X-Expected-SHA256",
              DigestUtils.sha256Hex(data));
      assertThat(taken.statusCode()).isEqualTo(200);
      assertThat(folder.resolve("f" + size)).hasBinaryContent(data);
    }
  }

  @Test
  void aHandleForReadingChangesNothing() throws Exception {
    Files.write(folder.resolve("f"), new byte[] {1, 2, 3});
    String id = daemon.open("f", "r");
    assertFailure(write(id, "", new byte[] {9}), 403, "EACCES");
    assertFailure(act(id, "preallocate?size=100"), 403, "EACCES");
    assertFailure(act(id, "preallocate?size=100&mode=full"), 403, "EACCES");
    assertThat(read(id, "").body()).containsExactly(1, 2, 3);
    assertThat(folder.resolve("f")).hasBinaryContent(new byte[] {1, 2, 3});
  }

  @Test
  void aHandleMakesNoFileThatIsGone() throws Exception {
    String id = daemon.open("f", "create");
    Files.delete(folder.resolve("f"));
    assertFailure(write(id, "", new byte[] {9}), 404, "ENOENT");
    assertFailure(read(id, ""), 404, "ENOENT");
    assertThat(folder.resolve("f")).doesNotExist();
  }

  @Test
  void aHandleThatIsClosedOrNeverWasIsAnswered404() throws Exception {
    String closed = daemon.open("f", "create");
    assertThat(act(closed, "close").statusCode()).isEqualTo(200);
    for (String id : List.of(closed, UNKNOWN, "", "..")) {
      assertFailure(read(id, ""), 404, "ENOENT");
      assertFailure(write(id, "", new byte[1]), 404, "ENOENT");
      assertFailure(act(id, "flush"), 404, "ENOENT");
      assertFailure(act(id, "preallocate?size=1"), 404, "ENOENT");
      assertFailure(act(id, "close"), 404, "ENOENT");
    }
    assertThat(daemon.daemon.stats().get(Counter.FILE_HANDLES)).isZero();
  }

  @Test
  void flushIsAnsweredWhenTheBytesAreInTheFile() throws Exception {
    String id = daemon.open("a/f", "create");
    write(id, "", new byte[] {1, 2});
    HttpResponse<byte[]> flushed = act(id, "flush");
    assertThat(flushed.statusCode()).as(text(flushed)).isEqualTo(200);
    assertThat(folder.resolve("a/f")).hasBinaryContent(new byte[] {1, 2});
    Files.delete(folder.resolve("a/f"));
    assertFailure(act(id, "flush"), 404, "ENOENT");
  }

  @Test
  void closeWaitsForAWriteThatIsUnderWay() throws Exception {
    String id = daemon.open("f", "create");
    try (RawHttp writer = daemon.raw();
        RawHttp closer = daemon.raw()) {
      writer.send(
          "PATCH /files/" + id + "/write HTTP/1.1\nHost: localhost\nX-JST-Auth: tok\n"
              + "Expect: 100-continue\nContent-Length: 8\n\n");
      assertThat(writer.answer().status()).as("the daemon is in the route").isEqualTo(100);
      writer.send("half");
      closer.send(
          "POST /files/" + id + "/close HTTP/1.1\nHost: localhost\nX-JST-Auth: tok\n"
              + "Content-Length: 0\n\n");
      TestDaemon.await(
          "the close has begun", () -> daemon.daemon.stats().get(Counter.FILE_HANDLES) == 0);
      for (int i = 0; i < 20; i++) { // answers that come behind one to a close that does not wait
        assertFailure(read(id, ""), 404, "ENOENT");
      }
      assertThat(closer.hasInput()).as("the close waits").isFalse();
      writer.send("half");
      assertThat(writer.answer().status()).isEqualTo(200);
      assertThat(closer.answer().status()).isEqualTo(200);
    }
    assertThat(folder.resolve("f")).hasContent("halfhalf");
  }

  @Test
  void renamingTakesTheHandleAlong() throws Exception {
    String inFolder = daemon.open("dir/f", "create");
    String other = daemon.open("dirt", "create");
    write(inFolder, "", new byte[] {1});
    write(other, "", new byte[] {2});
    daemon.json("/ops/rename", "{\"root_key\":\"k\",\"path\":\"dir\",\"to\":\"new/dir\"}");
    assertThat(read(inFolder, "").body()).containsExactly(1);
    assertThat(write(inFolder, "?offset=1", new byte[] {3}).statusCode()).isEqualTo(200);
    assertThat(folder.resolve("new/dir/f")).hasBinaryContent(new byte[] {1, 3});
    daemon.json("/ops/rename", "{\"root_key\":\"k\",\"path\":\"new/dir/f\",\"to\":\"g\"}");
    assertThat(write(inFolder, "?offset=2", new byte[] {4}).statusCode()).isEqualTo(200);
    assertThat(folder.resolve("g")).hasBinaryContent(new byte[] {1, 3, 4});
    assertThat(read(other, "").body()).as("a name that begins alike").containsExactly(2);
  }

  @Test
  void handlesEndWithTheirSessionAfterTheTimeOfGrace() throws Exception {
    Limits limits = Limits.builder().handleGrace(Duration.ofMillis(1)).build();
    try (HttpDaemon hasty = new HttpDaemon(folder, limits)) {
      Files.createFile(folder.resolve("f"));
      TestClient one = hasty.session("one");
      TestClient again = hasty.session("one");
      TestClient two = hasty.session("two");
      String ofOne = hasty.openFor("one", "f", "r");
      String ofTwo = hasty.openFor("two", "f", "r");
      String sessionless = hasty.open("f", "r");
      again.close();
      two.close(); // behind the other one: so its handle shows that both times are over
      TestDaemon.await(
          "the handle has ended", () -> hasty.daemon.stats().get(Counter.FILE_HANDLES) <= 2);
      assertFailure(hasty.get("/files/" + ofTwo + "/read", Map.of()), 404, "ENOENT");
      assertThat(hasty.get("/files/" + ofOne + "/read", Map.of()).statusCode())
          .as("one connection of the session is left")
          .isEqualTo(200);
      one.close();
      TestDaemon.await(
          "the handle has ended", () -> hasty.daemon.stats().get(Counter.FILE_HANDLES) == 1);
      assertThat(hasty.get("/files/" + sessionless + "/read", Map.of()).statusCode())
          .isEqualTo(200);
    }
  }

  @Test
  void aSessionThatComesBackInTimeKeepsItsHandles() throws Exception {
    ManualClock clock = new ManualClock();
    Limits keeping = Limits.builder().keepAlive(Duration.ofDays(1)).build();
    try (HttpDaemon patient = new HttpDaemon(folder, keeping, clock)) {
      Files.createFile(folder.resolve("f"));
      TestClient before = patient.session("one");
      TestClient gone = patient.session("gone");
      String id = patient.openFor("one", "f", "r");
      patient.openFor("gone", "f", "r");
      before.close();
      TestClient after = patient.session("one");
      gone.close();
      TestDaemon.await(
          "a later time of grace is over",
          () -> {
            clock.advance(Limits.DEFAULT.handleGrace());
            return patient.daemon.stats().get(Counter.FILE_HANDLES) == 1;
          });
      assertThat(patient.get("/files/" + id + "/read", Map.of()).statusCode()).isEqualTo(200);
      after.close();
    }
  }

  @Test
  void handlesAreBounded() throws Exception {
    try (HttpDaemon small =
        new HttpDaemon(folder, Limits.builder().fileHandles(3).build())) {
      List<String> ids = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        ids.add(small.open("f" + i, "create"));
      }
      HttpResponse<byte[]> refused =
          small.json(
              "/files/open", "{\"root_key\":\"k\",\"path\":\"more\",\"mode\":\"create\"}");
      assertFailure(refused, 503, "EBUSY");
      assertThat(refused.headers().firstValue("Retry-After")).isPresent();
      assertThat(folder.resolve("more")).as("nothing was made").doesNotExist();
      small.post("/files/" + ids.get(0) + "/close", new byte[0], Map.of());
      assertThat(small.open("more", "create")).isNotEmpty();
    }
  }
}
