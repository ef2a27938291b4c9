package com.jstorrent.iodaemon.http;

import static com.jstorrent.iodaemon.http.Answers.assertFailure;
import static com.jstorrent.iodaemon.http.Answers.text;
import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.testkit.Peer;
import com.jstorrent.iodaemon.testkit.TestClient;
import com.jstorrent.iodaemon.testkit.TestDaemon;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** PROTOCOL.md § 5.5: the session that has opened a file is asked before its bytes are streamed. */
class StreamRoutesTest {
  private static final int MIB = 1 << 20;

  @AutoClose
  private final HttpFixture fixture = new HttpFixture();
  private final Path folder = fixture.folder;
  private final HttpDaemon daemon = fixture.daemon;
  private TestClient session;

  @BeforeEach
  void start() throws Exception {
    session = daemon.session("player");
  }

  @AfterEach
  void stop() {
    session.close();
  }

  private String opened(byte[] content) throws Exception {
    Files.write(folder.resolve("film.mp4"), content);
    return daemon.openFor("player", "film.mp4", "r");
  }

  private CompletableFuture<HttpResponse<byte[]>> play(String fileId, String... headers) {
    HttpRequest.Builder request = daemon.request("/stream/" + fileId);
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    return daemon.later(request.build());
  }

  /** The next frame, which must ask for these bytes; returns its request id. */
  private int asked(String fileId, long start, long end) throws Exception {
    DaemonFrame.RangeRequest request = session.expect(DaemonFrame.RangeRequest.class);
    assertThat(request)
        .isEqualTo(new DaemonFrame.RangeRequest(request.requestId(), start, end, fileId));
    assertThat(request.requestId()).isNotZero();
    return request.requestId();
  }

  private void awaitWaiting(int count) {
    TestDaemon.await(
        count + " streams wait",
        () -> daemon.daemon.stats().get(Counter.WAITING_STREAMS) == count);
  }

  private static void assertBusy(HttpResponse<byte[]> response) {
    assertFailure(response, 503, "EBUSY");
    assertThat(response.headers().firstValue("Retry-After").orElseThrow()).matches("[0-9]+");
  }

  @Test
  void theSessionIsAskedForOneMebibyteAfterTheOther() throws Exception {
    byte[] content = Peer.bytes(1, 2 * MIB + 500);
    String id = opened(content);
    CompletableFuture<HttpResponse<byte[]>> player = play(id);
    session.send(new ClientFrame.RangeAvailable(asked(id, 0, MIB - 1)));
    session.send(new ClientFrame.RangeAvailable(asked(id, MIB, 2 * MIB - 1)));
    session.send(new ClientFrame.RangeAvailable(asked(id, 2 * MIB, 2 * MIB + 499)));
    assertThat(player.get().statusCode()).isEqualTo(200);
    assertThat(Arrays.equals(player.get().body(), content)).isTrue();
  }

  @Test
  void onlyTheRangeIsAskedFor() throws Exception {
    byte[] content = Peer.bytes(2, 3 * MIB);
    String id = opened(content);
    CompletableFuture<HttpResponse<byte[]>> player =
        play(id, "Range", "bytes=1000000-2100000");
    session.send(new ClientFrame.RangeAvailable(asked(id, 1_000_000, 1_000_000 + MIB - 1)));
    session.send(new ClientFrame.RangeAvailable(asked(id, 1_000_000 + MIB, 2_100_000)));
    assertThat(player.get().statusCode()).isEqualTo(206);
    assertThat(player.get().headers().firstValue("Content-Range"))
        .hasValue("bytes 1000000-2100000/" + content.length);
    assertThat(
        Arrays.equals(player.get().body(), Arrays.copyOfRange(content, 1_000_000, 2_100_001)))
        .isTrue();
  }

  @Test
  void blockedBytesAreReadWhenTheyAreReady() throws Exception {
    String id = opened(new byte[1000]);
    CompletableFuture<HttpResponse<byte[]>> player = play(id);
    int request = asked(id, 0, 999);
    session.send(new ClientFrame.RangeBlock(request));
    awaitWaiting(1);
    byte[] fetched = Peer.bytes(3, 1000);
    daemon.post("/write/k", fetched, Map.of("X-Path-Base64", HttpDaemon.encoded("film.mp4")));
    session.send(new ClientFrame.RangeReady(request));
    assertThat(player.get().body()).isEqualTo(fetched);
    awaitWaiting(0);
  }

  @Test
  void aRejectionIsTheStatus() throws Exception {
    String id = opened(new byte[1000]);
    for (boolean blocked : new boolean[] {false, true}) {
      CompletableFuture<HttpResponse<byte[]>> none = play(id, "Range", "bytes=10-20");
      int request = asked(id, 10, 20);
      if (blocked) {
        session.send(new ClientFrame.RangeBlock(request));
      }
      session.send(new ClientFrame.RangeReject(request, 416));
      assertFailure(none.get(), 416, "ERANGE");
      assertThat(none.get().headers().firstValue("Content-Range")).hasValue("bytes */1000");
      CompletableFuture<HttpResponse<byte[]>> later = play(id, "Range", "bytes=5-");
      request = asked(id, 5, 999);
      if (blocked) {
        session.send(new ClientFrame.RangeBlock(request));
      }
      session.send(new ClientFrame.RangeReject(request, 503));
      assertBusy(later.get());
    }
  }

  @Test
  void noAnswerIs503AndTheSessionIsToldThatItIsOver() throws Exception {
    Limits limits = Limits.builder().rangeAnswer(Duration.ofMillis(1)).build();
    try (HttpDaemon hasty = new HttpDaemon(folder, limits);
        TestClient silent = hasty.session("player")) {
      Files.write(folder.resolve("f"), new byte[10]);
      String id = hasty.openFor("player", "f", "r");
      for (int i = 0; i < 2; i++) {
        assertBusy(hasty.get("/stream/" + id, Map.of()));
        int request = silent.expect(DaemonFrame.RangeRequest.class).requestId();
        assertThat(silent.expect(DaemonFrame.RangeCancel.class).requestId()).isEqualTo(request);
        silent.send(new ClientFrame.RangeAvailable(request)); // too late: it means nothing
      }
    }
  }

  @Test
  void aSessionThatIsNotConnectedCannotBeAsked() throws Exception {
    Files.write(folder.resolve("f"), new byte[10]);
    String id = daemon.openFor("another session", "f", "r");
    assertBusy(daemon.get("/stream/" + id, Map.of()));
  }

  @Test
  void aSessionThatEndsEndsTheWait() throws Exception {
    String id = opened(new byte[1000]);
    CompletableFuture<HttpResponse<byte[]>> unanswered = play(id);
    asked(id, 0, 999);
    CompletableFuture<HttpResponse<byte[]>> blocked = play(id);
    session.send(new ClientFrame.RangeBlock(asked(id, 0, 999)));
    awaitWaiting(1);
    session.close();
    assertBusy(unanswered.get());
    assertBusy(blocked.get());
    awaitWaiting(0);
  }

  @Test
  void aPlayerThatGoesIsNoLongerWaitedFor() throws Exception {
    String id = opened(new byte[1000]);
    for (boolean blocked : new boolean[] {false, true}) {
      int request;
      try (RawHttp player = daemon.raw()) {
        player.send("GET /stream/" + id + " HTTP/1.1\nHost: localhost\nX-JST-Auth: tok\n\n");
        request = asked(id, 0, 999);
        if (blocked) {
          session.send(new ClientFrame.RangeBlock(request));
          awaitWaiting(1);
        }
      }
      assertThat(session.expect(DaemonFrame.RangeCancel.class).requestId()).isEqualTo(request);
      awaitWaiting(0);
    }
  }

  @Test
  void closingTheHandleEndsTheStreamsThatWait() throws Exception {
    String id = opened(new byte[1000]);
    List<CompletableFuture<HttpResponse<byte[]>>> players = new ArrayList<>();
    Set<Integer> requests = new HashSet<>();
    for (int i = 0; i < 3; i++) {
      players.add(play(id));
      int request = asked(id, 0, 999);
      requests.add(request);
      session.send(new ClientFrame.RangeBlock(request));
      awaitWaiting(i + 1);
    }
    assertThat(
        daemon.post("/files/" + id + "/close", new byte[0], Map.of()).statusCode())
        .isEqualTo(200);
    for (CompletableFuture<HttpResponse<byte[]>> player : players) {
      assertFailure(player.get(), 404, "ENOENT");
      assertThat(requests.remove(session.expect(DaemonFrame.RangeCancel.class).requestId()))
          .isTrue();
    }
    awaitWaiting(0);
  }

  @Test
  void atMostThreeStreamsOfASessionWait() throws Exception {
    String id = opened(Peer.bytes(4, 1000));
    List<CompletableFuture<HttpResponse<byte[]>>> players = new ArrayList<>();
    List<Integer> requests = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      players.add(play(id));
      requests.add(asked(id, 0, 999));
      session.send(new ClientFrame.RangeBlock(requests.get(i)));
      awaitWaiting(i + 1);
    }
    CompletableFuture<HttpResponse<byte[]>> fourth = play(id);
    int refused = asked(id, 0, 999);
    session.send(new ClientFrame.RangeBlock(refused));
    assertBusy(fourth.get());
    assertThat(session.expect(DaemonFrame.RangeCancel.class).requestId()).isEqualTo(refused);

    CompletableFuture<HttpResponse<byte[]>> there = play(id);
    session.send(new ClientFrame.RangeAvailable(asked(id, 0, 999)));
    assertThat(there.get().statusCode()).as("one that need not wait").isEqualTo(200);

    session.send(new ClientFrame.RangeReady(requests.get(0)));
    assertThat(players.get(0).get().statusCode()).isEqualTo(200);
    CompletableFuture<HttpResponse<byte[]>> next = play(id);
    int request = asked(id, 0, 999);
    session.send(new ClientFrame.RangeBlock(request));
    awaitWaiting(3);
    for (int open : List.of(requests.get(1), requests.get(2), request)) {
      session.send(new ClientFrame.RangeReady(open));
    }
    for (CompletableFuture<HttpResponse<byte[]>> player : List.of(
        players.get(1), players.get(2), next)) {
      assertThat(player.get().body()).isEqualTo(Peer.bytes(4, 1000));
    }
    awaitWaiting(0);
  }

  @Test
  void aFileThatWasOpenedWithoutASessionStreamsAtOnce() throws Exception {
    byte[] content = Peer.bytes(5, 3 * MIB + 1);
    Files.write(folder.resolve("f"), content);
    String id = daemon.open("f", "rw");
    HttpResponse<byte[]> whole =
        daemon.get("/stream/" + id, Map.of("X-JST-Session", "player")); // who plays, not who opened
    assertThat(whole.statusCode()).isEqualTo(200);
    assertThat(Arrays.equals(whole.body(), content)).isTrue();
    String ofSession = daemon.openFor("player", "f", "r");
    CompletableFuture<HttpResponse<byte[]>> player = play(ofSession, "Range", "bytes=0-0");
    asked(ofSession, 0, 0); // the first frame: nothing was asked before
    player.cancel(true);
  }

  /** Streams two MiB, of which the first is there; {@code refuse} is what happens to the second. */
  private void assertCutOff(Refusal refuse) throws Exception {
    byte[] content = Peer.bytes(6, 2 * MIB);
    String id = opened(content);
    try (RawHttp player = daemon.raw()) {
      player.send("GET /stream/" + id + " HTTP/1.1\nHost: localhost\nX-JST-Auth: tok\n\n");
      session.send(new ClientFrame.RangeAvailable(asked(id, 0, MIB - 1)));
      RawHttp.Answer head = player.answer(false);
      assertThat(head.status()).isEqualTo(200);
      assertThat(head.headers()).containsEntry("content-length", Integer.toString(2 * MIB));
      assertThat(Arrays.equals(player.read(MIB), Arrays.copyOf(content, MIB)))
          .as("what was granted came")
          .isTrue();
      refuse.of(asked(id, MIB, 2 * MIB - 1), id);
      assertThat(player.read(1)).as("then the connection ended").isEmpty();
    }
  }

  private interface Refusal {
    void of(int request, String fileId) throws Exception;
  }

  @Test
  void aRejectionInTheMiddleEndsTheConnection() throws Exception {
    assertCutOff((request, id) -> session.send(new ClientFrame.RangeReject(request, 503)));
    assertCutOff((request, id) -> session.send(new ClientFrame.RangeReject(request, 416)));
  }

  @Test
  void aSessionThatEndsInTheMiddleEndsTheConnection() throws Exception {
    assertCutOff((request, id) -> session.close());
  }

  @Test
  void aHandleThatIsClosedInTheMiddleEndsTheConnection() throws Exception {
    assertCutOff(
        (request, id) -> {
          daemon.post("/files/" + id + "/close", new byte[0], Map.of());
          session.send(new ClientFrame.RangeAvailable(request));
        });
  }

  @Test
  void aRejectionInTheMiddleIsNoCleanEndForThePlayer() throws Exception {
    String id = opened(new byte[2 * MIB]);
    CompletableFuture<HttpResponse<byte[]>> player = play(id);
    session.send(new ClientFrame.RangeAvailable(asked(id, 0, MIB - 1)));
    session.send(new ClientFrame.RangeReject(asked(id, MIB, 2 * MIB - 1), 503));
    assertThat(player)
        .failsWithin(Duration.ofSeconds(60))
        .withThrowableThat()
        .withMessageContaining("IOException");
  }

  @Test
  void theNewestSessionOfANameIsAsked() throws Exception {
    String id = opened(new byte[10]);
    TestClient old = session;
    session = daemon.session("player");
    CompletableFuture<HttpResponse<byte[]>> player = play(id);
    session.send(new ClientFrame.RangeAvailable(asked(id, 0, 9)));
    assertThat(player.get().statusCode()).as(text(player.get())).isEqualTo(200);
    old.close();
    CompletableFuture<HttpResponse<byte[]>> next = play(id);
    session.send(new ClientFrame.RangeAvailable(asked(id, 0, 9)));
    assertThat(next.get().statusCode()).as(text(next.get())).isEqualTo(200);
  }

  @Test
  void whenTheNewestSessionOfANameGoesTheOlderOneIsAsked() throws Exception {
    String id = opened(new byte[10]);
    daemon.session("player").close();
    CompletableFuture<HttpResponse<byte[]>> player = play(id, "Range", "bytes=0-4");
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                session.send(new ClientFrame.RangeAvailable(asked(id, 0, 4)));
              } catch (Exception e) {
                throw new AssertionError(e);
              }
            });
    assertThat(player.get().statusCode()).as(text(player.get())).isEqualTo(206);
  }

  @Test
  void aHandleThatIsNoneIsAnswered404() throws Exception {
    assertFailure(daemon.get("/stream/none", Map.of()), 404, "ENOENT");
    String id = opened(new byte[10]);
    Files.delete(folder.resolve("film.mp4"));
    assertFailure(daemon.get("/stream/" + id, Map.of()), 404, "ENOENT");
    daemon.post("/files/" + id + "/close", new byte[0], Map.of());
    assertFailure(daemon.get("/stream/" + id, Map.of()), 404, "ENOENT");
  }
}
