package com.jstorrent.iodaemon.http;

import static com.jstorrent.iodaemon.http.Answers.assertFailure;
import static com.jstorrent.iodaemon.http.Answers.text;
import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.testkit.Peer;
import com.jstorrent.iodaemon.testkit.Program;
import com.jstorrent.iodaemon.testkit.TestDaemon;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** PROTOCOL.md § 5.2: room for a file before its bytes come. */
class PreallocateTest {
  private static final int SIZE = 5_000_000;
  private static final int BLOCK_BYTES = 512; // as stat counts them

  @AutoClose
  private final HttpFixture fixture = new HttpFixture();
  private final Path folder = fixture.folder;
  private final HttpDaemon daemon = fixture.daemon;
  private String id;

  @BeforeEach
  void start() throws Exception {
    id = daemon.open("f", "create");
  }

  private HttpResponse<byte[]> preallocate(String query) throws Exception {
    return daemon.post("/files/" + id + "/preallocate?" + query, new byte[0], Map.of());
  }

  private void assertDone(String query) throws Exception {
    HttpResponse<byte[]> response = preallocate(query);
    assertThat(response.statusCode()).as(text(response)).isEqualTo(200);
  }

  /** Bytes that the file takes of the disk, by a program that asks the system. */
  private long room() throws Exception {
    try (Program stat = Program.start("stat", "-c", "%b", folder.resolve("f").toString())) {
      return Long.parseLong(stat.readLine()) * BLOCK_BYTES;
    }
  }

  @Test
  void sparseSetsTheLengthAndTakesNoRoom() throws Exception {
    Program.assumeThere("stat", "-c", "%b", "/");
    for (String query : List.of("size=" + SIZE, "mode=sparse&size=" + 2 * SIZE)) {
      assertDone(query);
      assertThat(room()).isLessThan(SIZE / 2);
    }
    assertThat(folder.resolve("f")).hasSize(2 * SIZE);
  }

  @Test
  void fullTakesTheRoom() throws Exception {
    Program.assumeThere("stat", "-c", "%b", "/");
    assertDone("mode=full&size=" + SIZE);
    assertDone("mode=full&size=" + SIZE);
    daemon.post("/files/" + id + "/flush", new byte[0], Map.of());
    assertThat(folder.resolve("f")).hasBinaryContent(new byte[SIZE]);
    assertThat(room()).isGreaterThanOrEqualTo(SIZE);
  }

  @Test
  void fullFillsHolesAndLeavesWhatIsInTheFile() throws Exception {
    Program.assumeThere("stat", "-c", "%b", "/");
    byte[] content = new byte[SIZE];
    byte[] data = Peer.bytes(1, 1_500_000);
    System.arraycopy(data, 0, content, 700_000, data.length);
    daemon.send(
        daemon
            .request("/files/" + id + "/write?offset=700000")
            .method("PATCH", HttpRequest.BodyPublishers.ofByteArray(data))
            .build());
    assertDone("size=" + SIZE);
    assertThat(room()).isLessThan(SIZE);
    assertDone("mode=full&size=" + SIZE);
    daemon.post("/files/" + id + "/flush", new byte[0], Map.of());
    assertThat(folder.resolve("f")).hasBinaryContent(content);
    assertThat(room()).isGreaterThanOrEqualTo(SIZE);
  }

  @Test
  void neitherMakesAFileShorter() throws Exception {
    byte[] data = Peer.bytes(2, 10_000);
    Files.write(folder.resolve("f"), data);
    for (String mode : List.of("sparse", "full")) {
      assertDone("size=100&mode=" + mode);
      assertDone("size=0&mode=" + mode);
      assertThat(folder.resolve("f")).hasBinaryContent(data);
      assertDone("size=20000&mode=" + mode);
      assertThat(Files.readAllBytes(folder.resolve("f"))).isEqualTo(Arrays.copyOf(data, 20_000));
      Files.write(folder.resolve("f"), data);
    }
  }

  @Test
  void whatMakesNoSenseIsRefused() throws Exception {
    assertFailure(preallocate(""), 400, "EINVAL");
    assertThat(Answers.message(preallocate("mode=full"))).contains("size");
    assertFailure(preallocate("size=-1"), 400, "EINVAL");
    assertFailure(preallocate("size=x"), 400, "EINVAL");
    assertFailure(preallocate("size=1&mode=Full"), 400, "EINVAL");
    assertThat(Answers.message(preallocate("size=1&mode=zero"))).contains("sparse", "full");
    assertThat(folder.resolve("f")).isEmptyFile();
  }

  @Test
  void closeCancelsIt() throws Exception {
    long size = 4L << 30; // far more than is written before the close is read
    CompletableFuture<HttpResponse<byte[]>> reserving =
        daemon.later(
            daemon
                .request("/files/" + id + "/preallocate?mode=full&size=" + size)
                .POST(HttpRequest.BodyPublishers.noBody())
                .build());
    TestDaemon.await("room is being reserved", () -> folder.resolve("f").toFile().length() > 0);
    assertThat(daemon.post("/files/" + id + "/close", new byte[0], Map.of()).statusCode())
        .isEqualTo(200);
    assertFailure(reserving.get(), 404, "ENOENT");
    assertThat(Files.size(folder.resolve("f"))).isLessThan(size);
  }
}
