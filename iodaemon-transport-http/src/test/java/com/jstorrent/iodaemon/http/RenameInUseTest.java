package com.jstorrent.iodaemon.http;

import static com.jstorrent.iodaemon.http.Answers.object;
import static com.jstorrent.iodaemon.http.Answers.text;
import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.json.Json;
import com.jstorrent.iodaemon.testkit.Peer;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.commons.codec.digest.DigestUtils;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** PROTOCOL.md § 5.2: whatever is under way by handle does not notice that the file is renamed. */
@DisabledOnOs(value = OS.WINDOWS,
    disabledReason = "a folder with an open file keeps its name there")
class RenameInUseTest {
  private static final int TIMES = 400;
  private static final int PIECE = 1000;
  private static final byte[] DATA = Peer.bytes(1, 10 * PIECE);

  @AutoClose
  private final HttpFixture fixture = new HttpFixture();
  private final Path folder = fixture.folder;
  private final HttpDaemon daemon = fixture.daemon;
  private String fileId;
  private final AtomicBoolean over = new AtomicBoolean();
  private final AtomicInteger renames = new AtomicInteger();

  @BeforeEach
  void start() throws Exception {
    Files.createDirectory(folder.resolve("a"));
    Files.write(folder.resolve("a/f"), DATA);
    fileId = daemon.open("a/f", "rw");
  }

  private HttpResponse<byte[]> rename(String path, String to) throws Exception {
    return daemon.json(
        "/ops/rename", Json.write(Map.of("root_key", "k", "path", path, "to", to)));
  }

  private interface Attempt {
    void run() throws Exception;
  }

  /** Does something many times while the folder goes from one name to the other and back. */
  private void whileRenaming(Attempt attempt) throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(1)) {
      Future<?> renamer =
          threads.submit(
              () -> {
                while (!over.get()) {
                  assertThat(rename("a", "b").statusCode()).isEqualTo(200);
                  assertThat(rename("b", "a").statusCode()).isEqualTo(200);
                  renames.incrementAndGet();
                }
                return null;
              });
      try {
        for (int i = 0; i < TIMES || renames.get() < TIMES / 4 && !renamer.isDone(); i++) {
          attempt.run();
        }
      } finally {
        over.set(true);
        renamer.get();
      }
    }
  }

  private static void assertBytes(HttpResponse<byte[]> response, byte[] bytes) {
    assertThat(response.statusCode()).as(text(response)).isEqualTo(200);
    assertThat(response.body()).isEqualTo(bytes);
  }

  @Test
  void readsGoOn() throws Exception {
    whileRenaming(() -> assertBytes(daemon.get("/files/" + fileId + "/read", Map.of()), DATA));
  }

  private HttpRequest patch(byte[] body) {
    return daemon
        .request("/files/" + fileId + "/write?offset=0")
        .method("PATCH", HttpRequest.BodyPublishers.ofByteArray(body))
        .build();
  }

  @Test
  void writesGoOn() throws Exception {
    whileRenaming(() -> assertBytes(daemon.send(patch(DATA)), new byte[0]));
    assertThat(folder.resolve("a/f")).hasBinaryContent(DATA);
    assertThat(folder.resolve("b")).doesNotExist();
  }

  @Test
  void streamsGoOn() throws Exception {
    whileRenaming(() -> assertBytes(daemon.get("/stream/" + fileId, Map.of()), DATA));
  }

  @Test
  void flushesAndPreallocationsGoOn() throws Exception {
    AtomicInteger turns = new AtomicInteger();
    whileRenaming(
        () -> {
          change("preallocate?size=10");
          if (turns.getAndIncrement() % 10 == 0) { // a busy disk may take long for each
            change("flush");
            change("preallocate?mode=full&size=10");
          }
        });
  }

  private void change(String what) throws Exception {
    assertBytes(
        daemon.post("/files/" + fileId + "/" + what, new byte[0], Map.of()), new byte[0]);
  }

  @Test
  void digestsGoOn() throws Exception {
    whileRenaming(
        () -> {
          HttpResponse<byte[]> whole =
              daemon.json(
                  "/hash/from-file",
                  Json.write(
                      Map.of(
                          "algorithm", "sha1",
                          "fileRanges", List.of(Map.of("fileId", fileId)))));
          assertThat(object(whole)).containsEntry("digest", DigestUtils.sha1Hex(DATA));
        });
  }

  @Test
  void digestsOfPiecesGoOn() throws Exception {
    whileRenaming(
        () -> {
          HttpResponse<byte[]> pieces =
              daemon.json(
                  "/hash/pieces",
                  Json.write(
                      Map.of(
                          "algorithm", "sha1",
                          "pieceLength", PIECE,
                          "files", List.of(Map.of("fileId", fileId, "length", DATA.length)))));
          assertThat(text(pieces).lines()).hasSize(10).doesNotContain("null");
        });
  }

  @Test
  void aHandleThatIsOpenedMeanwhileGoesAlongToo() throws Exception {
    AtomicInteger opened = new AtomicInteger();
    whileRenaming(
        () -> {
          HttpResponse<byte[]> open =
              daemon.json(
                  "/files/open",
                  Json.write(Map.of("root_key", "k", "path", "a/f", "mode", "rw")));
          assertThat(open.statusCode()).as(text(open)).isIn(200, 404);
          if (open.statusCode() == 200) {
            opened.incrementAndGet();
            String fresh = (String) object(open).get("fileId");
            assertBytes(daemon.get("/files/" + fresh + "/read", Map.of()), DATA);
          }
        });
    assertThat(opened).hasPositiveValue();
  }

  @Test
  void aHandleUnderAnotherKeyOfTheSameFolderGoesAlongToo() throws Exception {
    try (HttpDaemon twice =
        new HttpDaemon(Map.of("k", folder, "again", folder), Limits.DEFAULT)) {
      String handle = twice.open("a/f", "r");
      HttpResponse<byte[]> renamed =
          twice.json(
              "/ops/rename",
              Json.write(Map.of("root_key", "again", "path", "a", "to", "b")));
      assertThat(renamed.statusCode()).isEqualTo(200);
      assertBytes(twice.get("/files/" + handle + "/read", Map.of()), DATA);
    }
  }

  @Test
  void aBodyThatTakesLongerThanTheRenameLandsUnderTheNewName() throws Exception {
    byte[] body = Peer.bytes(2, DATA.length);
    try (RawHttp http = daemon.raw()) {
      http.send(
          "PATCH /files/" + fileId + "/write HTTP/1.1\nHost: localhost\nX-JST-Auth: tok\n"
              + "X-Expected-SHA1: " + DigestUtils.sha1Hex(body)
              + "\nExpect: 100-continue\nContent-Length: " + body.length + "\n\n");
      assertThat(http.answer(false).status()).isEqualTo(100);
      assertThat(rename("a/f", "c/g").statusCode()).isEqualTo(200);
      http.sendExactly(new String(body, StandardCharsets.ISO_8859_1));
      assertThat(http.answer().status()).isEqualTo(200);
    }
    assertThat(folder.resolve("c/g")).hasBinaryContent(body);
  }

  @Test
  void whatIsWrittenByPathFindsOrMakesItsFolders() throws Exception {
    AtomicInteger names = new AtomicInteger();
    Map<String, String> headers =
        Map.of("X-Path-Base64", HttpDaemon.encoded("made/deep/f"), "X-Offset", "0");
    try (ExecutorService threads = Executors.newFixedThreadPool(1)) {
      Future<?> renamer =
          threads.submit(
              () -> {
                while (!over.get()) {
                  int status = rename("made", "away" + names.get()).statusCode();
                  assertThat(status).isIn(200, 404);
                  names.addAndGet(status == 200 ? 1 : 0);
                }
                return null;
              });
      try {
        for (int i = 0; i < TIMES || names.get() < TIMES / 4 && !renamer.isDone(); i++) {
          byte[] body = Integer.toString(i).getBytes(StandardCharsets.UTF_8);
          assertBytes(daemon.post("/write/k", body, headers), new byte[0]);
        }
      } finally {
        over.set(true);
        renamer.get();
      }
    }
  }

  @Test
  void whatIsReadByPathIsTheFileThatHasTheNameNow() throws Exception {
    Map<String, String> headers = Map.of("X-Path-Base64", HttpDaemon.encoded("f"));
    Files.writeString(folder.resolve("f"), "first");
    try (ExecutorService threads = Executors.newFixedThreadPool(1)) {
      Future<?> reader =
          threads.submit(
              () -> {
                while (!over.get()) {
                  assertThat(daemon.get("/read/k", headers).statusCode()).isEqualTo(200);
                }
                return null;
              });
      try {
        for (int i = 0; i < TIMES && !reader.isDone(); i++) {
          Files.writeString(folder.resolve("new"), "version " + i);
          assertThat(rename("new", "f").statusCode()).isEqualTo(200);
          assertThat(text(daemon.get("/read/k", headers))).isEqualTo("version " + i);
        }
      } finally {
        over.set(true);
        reader.get();
      }
    }
  }
}
