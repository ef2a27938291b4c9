package com.jstorrent.iodaemon.http;

import static com.jstorrent.iodaemon.http.Answers.assertFailure;
import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.json.Json;
import com.jstorrent.iodaemon.memory.MemoryAccount;
import com.jstorrent.iodaemon.memory.MemoryUse;
import com.jstorrent.iodaemon.memory.Share;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.testkit.Peer;
import com.jstorrent.iodaemon.testkit.TestDaemon;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.commons.codec.digest.DigestUtils;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** PROTOCOL.md § 4.6 and § 5: what requests take is counted, waited for and given back. */
class ScarceMemoryTest {
  private static final int MIB = 1 << 20;

  /** What requests of a kind can have of 16 MiB. */
  private static final int MOST = 14 * MIB;

  @AutoClose
  private final HttpFixture fixture =
      new HttpFixture(Limits.builder().memoryBytes(16 * MIB).build());
  private final Path folder = fixture.folder;
  private final HttpDaemon daemon = fixture.daemon;

  private void awaitNothingHeld() {
    for (Counter gauge : List.of(
        Counter.MEMORY_BODIES, Counter.MEMORY_SMALL_BODIES, Counter.MEMORY_ANSWERS,
        Counter.MEMORY_LISTINGS, Counter.MEMORY_HANDLES)) {
      TestDaemon.await(gauge + " = 0", () -> daemon.daemon.stats().get(gauge) == 0);
    }
  }

  /** Another client that holds all memory which requests can have. */
  private MemoryAccount takeAll() {
    MemoryAccount other = daemon.services().memory().budget().open(Share.COMMON);
    other.take(MemoryUse.PEER_QUEUES, MOST);
    return other;
  }

  private Set<String> longNames(int count) throws Exception {
    Set<String> names = new HashSet<>();
    for (int i = 0; i < count; i++) {
      String name = "%04d".formatted(i) + "n\"\u6587".repeat(50);
      names.add(name);
      Files.createFile(folder.resolve(name));
    }
    return names;
  }

  @Test
  void listingsOfLongNamesComeWholeAndSideBySide() throws Exception {
    Set<String> names = longNames(3000);
    List<CompletableFuture<HttpResponse<byte[]>>> listings = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      listings.add(daemon.later(daemon.request("/ops/list?root_key=k&path=").build()));
    }
    for (CompletableFuture<HttpResponse<byte[]>> each : listings) {
      HttpResponse<byte[]> response = each.get();
      assertThat(response.statusCode()).isEqualTo(200);
      assertThat(response.headers().firstValueAsLong("content-length"))
          .hasValue(response.body().length);
      assertThat((List<?>) Json.read(Answers.text(response)))
          .hasSize(names.size())
          .allMatch(names::contains);
    }
    awaitNothingHeld();
  }

  @Test
  void aListingWaitsForMemory() throws Exception {
    longNames(100);
    MemoryAccount other = takeAll();
    CompletableFuture<HttpResponse<byte[]>> listing =
        daemon.later(daemon.request("/ops/list?root_key=k&path=").build());
    HttpResponse<byte[]> status = daemon.get("/ops/stat?root_key=k&path=", Map.of());
    assertThat(status.statusCode()).isEqualTo(200);
    assertThat(listing).isNotDone();
    other.release(MemoryUse.PEER_QUEUES, MOST);
    assertThat(listing.get().statusCode()).isEqualTo(200);
    awaitNothingHeld();
  }

  @Test
  void aBodyThatCanNeverFitIsRefusedAtOnce() throws Exception {
    try (RawHttp client = daemon.raw()) {
      client.send(
          HttpDaemon.writeHead("f") + "X-Expected-SHA1: " + "a".repeat(40) + "\nContent-Length: "
              + (MOST + 1) + "\n\n");
      RawHttp.Answer refusal = client.answer();
      assertThat(refusal.status()).isEqualTo(413);
      assertThat(refusal.body()).contains("EFBIG");
    }
    byte[] body = Peer.bytes(1, MOST);
    Map<String, String> right =
        Map.of(
            "X-Path-Base64", HttpDaemon.encoded("f"),
            "X-Expected-SHA1", DigestUtils.sha1Hex(body));
    assertThat(daemon.post("/write/k", body, right).statusCode()).isEqualTo(200);
    assertThat(Arrays.equals(Files.readAllBytes(folder.resolve("f")), body)).isTrue();
    awaitNothingHeld();
  }

  @Test
  void aBodyWaitsForWhatOthersHold() throws Exception {
    MemoryAccount other = takeAll();
    byte[] body = Peer.bytes(1, MIB);
    CompletableFuture<HttpResponse<byte[]>> write =
        daemon.later(
            daemon.request("/write/k")
                .header("X-Path-Base64", HttpDaemon.encoded("f"))
                .header("X-Expected-SHA1", DigestUtils.sha1Hex(body))
                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                .build());
    byte[] small = Peer.bytes(2, 16 << 10);
    Map<String, String> head = Map.of("X-Path-Base64", HttpDaemon.encoded("small"));
    assertThat(daemon.post("/write/k", small, head).statusCode()).as("the reserve").isEqualTo(200);
    assertThat(write).isNotDone();
    other.release(MemoryUse.PEER_QUEUES, MOST);
    assertThat(write.get().statusCode()).isEqualTo(200);
    awaitNothingHeld();
  }

  /** Such a body is on the heap, although it has the size of a segment of the pool. */
  @Test
  void aBodyOfTheSizeOfASegmentLeavesNoMemoryBehind() throws Exception {
    byte[] body = Peer.bytes(1, Limits.SEGMENT_BYTES);
    Map<String, String> right =
        Map.of(
            "X-Path-Base64", HttpDaemon.encoded("f"),
            "X-Expected-SHA1", DigestUtils.sha1Hex(body));
    for (int i = 0; i < 8; i++) {
      assertThat(daemon.post("/write/k", body, right).statusCode()).isEqualTo(200);
    }
    byte[] content = Peer.bytes(2, MIB);
    Files.write(folder.resolve("g"), content);
    Map<String, String> head = Map.of("X-Path-Base64", HttpDaemon.encoded("g"));
    assertThat(Arrays.equals(daemon.get("/read/k", head).body(), content)).isTrue();
    awaitNothingHeld();
    TestDaemon.await(
        "no segment in use", () -> daemon.services().memory().segments().inUse() == 0);
  }

  @Test
  void filesAreReadWhenThereIsNoMemory() throws Exception {
    byte[] content = Peer.bytes(1, 3 * MIB);
    Files.write(folder.resolve("f"), content);
    String id = daemon.open("f", "r");
    takeAll();
    Map<String, String> head = Map.of("X-Path-Base64", HttpDaemon.encoded("f"));
    for (String target : List.of("/read/k", "/files/" + id + "/read", "/stream/" + id)) {
      assertThat(Arrays.equals(daemon.get(target, head).body(), content)).as(target).isTrue();
    }
  }

  @Test
  void answersThatAreNotTakenHoldAQuarterOfTheMemoryAtMost() throws Exception {
    byte[] content = Peer.bytes(1, 16 * MIB);
    Files.write(folder.resolve("f"), content);
    List<RawHttp> lazy = new ArrayList<>();
    try {
      for (int i = 0; i < 100; i++) {
        RawHttp reader = daemon.raw();
        lazy.add(reader);
        reader.send(
            "GET /read/k HTTP/1.1\nHost: localhost\nX-JST-Auth: tok\nX-Path-Base64: "
                + HttpDaemon.encoded("f")
                + "\n\n");
        assertThat(reader.answer(false).status()).isEqualTo(200);
        assertThat(daemon.daemon.stats().get(Counter.MEMORY_ANSWERS))
            .isLessThanOrEqualTo(4 * MIB);
      }
    } finally {
      for (RawHttp each : lazy) {
        each.close();
      }
    }
    awaitNothingHeld();
  }

  private static String listOf(String element, int count) {
    StringBuilder text = new StringBuilder("{\"algorithm\":\"sha1\",\"fileRanges\":[");
    text.append(element);
    for (int i = 1; i < count; i++) {
      text.append(',').append(element);
    }
    return text.append("]}").toString();
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "{}", "[]", "{\"path\":{\"path\":{\"path\":[0]}}}"})
  void jsonThatTakesTooMuchMemoryIsRefused(String element) throws Exception {
    String body = listOf(element, 10 * MIB / (element.length() + 1));
    assertFailure(daemon.json("/hash/from-file", body), 413, "EFBIG");
    awaitNothingHeld();
  }

  @Test
  void aTorrentOfTwentyThousandFilesIsNamed() throws Exception {
    Files.write(folder.resolve("f"), new byte[10]);
    StringBuilder files = new StringBuilder();
    for (int i = 0; i < 20_000; i++) {
      files.append(i == 0 ? "" : ",");
      files.append("{\"root_key\":\"k\",\"path\":\"").append("folder/".repeat(14)).append(i);
      files.append("\",\"length\":1000}");
    }
    String body =
        "{\"algorithm\":\"sha1\",\"pieceLength\":262144,\"files\":[" + files + "]}";
    assertThat(body.length()).isGreaterThan(2_800_000);
    HttpResponse<byte[]> response = daemon.json("/hash/pieces", body);
    assertThat(response.statusCode()).as(Answers.text(response)).isEqualTo(200);
    assertThat(Answers.text(response).lines()).hasSize(77);
    awaitNothingHeld();
  }

  @Test
  void aBatchIsRefusedBeforeAnythingIsWritten() throws Exception {
    int count = 4000;
    ByteBuffer batch = ByteBuffer.allocate(count * 19).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < count; i++) {
      batch.put((byte) 0).put((byte) 1).putShort((short) 1).putInt(1).putLong(i);
      batch.put("kbx".getBytes(StandardCharsets.US_ASCII));
    }
    MemoryAccount other = takeAll();
    CompletableFuture<HttpResponse<byte[]>> write =
        daemon.later(
            daemon.request("/write/batch")
                .POST(HttpRequest.BodyPublishers.ofByteArray(batch.array()))
                .build());
    assertThat(daemon.get("/ops/stat?root_key=k&path=", Map.of()).statusCode()).isEqualTo(200);
    assertThat(folder.resolve("b")).doesNotExist();
    other.release(MemoryUse.PEER_QUEUES, MOST);
    HttpResponse<byte[]> response = write.get();
    assertThat(response.statusCode()).as(Answers.text(response)).isEqualTo(200);
    assertThat((List<?>) Answers.object(response).get("results")).hasSize(count);
    assertThat(folder.resolve("b")).hasSize(count);
    awaitNothingHeld();
  }

  @Test
  void handlesAreRefusedWhenTheirPathsTakeTooMuch() throws Exception {
    Path deep = folder;
    for (int i = 0; i < 14; i++) {
      deep = deep.resolve("d".repeat(250));
    }
    String path = folder.relativize(deep).toString();
    daemon.open(path + "/f", "create");
    String body = Json.write(Map.of("root_key", "k", "path", path + "/f", "mode", "r"));
    List<String> ids = new ArrayList<>();
    HttpResponse<byte[]> response = daemon.json("/files/open", body);
    for (; response.statusCode() == 200; response = daemon.json("/files/open", body)) {
      ids.add((String) Answers.object(response).get("fileId"));
    }
    assertFailure(response, 503, "EBUSY");
    assertThat(response.headers().firstValue("retry-after")).isPresent();
    assertThat(ids).hasSizeBetween(MOST / 5000, MOST / 3500);
    assertThat(
        daemon.post("/files/" + ids.getFirst() + "/close", new byte[0], Map.of()).statusCode())
        .isEqualTo(200);
    assertThat(daemon.json("/files/open", body).statusCode()).isEqualTo(200);
  }
}
