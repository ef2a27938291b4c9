package com.jstorrent.iodaemon.http;

import static com.jstorrent.iodaemon.http.Answers.assertFailure;
import static com.jstorrent.iodaemon.http.Answers.object;
import static com.jstorrent.iodaemon.http.Answers.text;
import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.json.Json;
import com.jstorrent.iodaemon.testkit.Peer;
import com.jstorrent.iodaemon.testkit.TestClient;
import com.jstorrent.iodaemon.testkit.TestDaemon;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** PROTOCOL.md § 5.5: addresses for players that cannot send the token. */
class StreamTicketRouteTest {
  private static final String UNKNOWN = "0123456789abcdef0123456789abcdef";

  @AutoClose
  private final HttpFixture fixture = new HttpFixture();
  private final Path folder = fixture.folder;
  private final HttpDaemon daemon = fixture.daemon;

  @BeforeEach
  void start() throws Exception {
    Files.write(folder.resolve("film.mp4"), Peer.bytes(1, 1000));
    Files.write(folder.resolve("other.mp4"), Peer.bytes(2, 1000));
  }

  private HttpResponse<byte[]> ask(String fileId, Object seconds) throws Exception {
    return daemon.json(
        "/stream/ticket", Json.write(Map.of("fileId", fileId, "ttlSeconds", seconds)));
  }

  private String ticket(String fileId) throws Exception {
    HttpResponse<byte[]> response = ask(fileId, 60);
    assertThat(response.statusCode()).as(text(response)).isEqualTo(200);
    assertThat(object(response)).containsOnlyKeys("url");
    return (String) object(response).get("url");
  }

  /** A request as a media element sends it: without the token. */
  private HttpRequest.Builder bare(String target) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + daemon.port() + target));
  }

  private HttpResponse<byte[]> play(String target) throws Exception {
    return daemon.send(bare(target).build());
  }

  @Test
  void aTicketNeedsNoTokenForGetAndHead() throws Exception {
    String url = ticket(daemon.open("film.mp4", "r"));
    assertThat(url).matches("/stream/t/[0-9A-Za-z_-]{22,}/film\\.mp4");
    HttpResponse<byte[]> whole = play(url);
    assertThat(whole.statusCode()).isEqualTo(200);
    assertThat(whole.body()).isEqualTo(Peer.bytes(1, 1000));
    assertThat(whole.headers().firstValue("Content-Type")).hasValue("video/mp4");
    HttpResponse<byte[]> part = daemon.send(bare(url).header("Range", "bytes=990-").build());
    assertThat(part.statusCode()).isEqualTo(206);
    assertThat(part.body()).hasSize(10);
    HttpResponse<byte[]> head =
        daemon.send(bare(url).method("HEAD", HttpRequest.BodyPublishers.noBody()).build());
    assertThat(head.statusCode()).isEqualTo(200);
    assertThat(head.headers().firstValueAsLong("Content-Length")).hasValue(1000);
  }

  @Test
  void otherMethodsAreRefused() throws Exception {
    String url = ticket(daemon.open("film.mp4", "rw"));
    for (String method : List.of("POST", "PUT", "PATCH", "DELETE")) {
      HttpRequest.BodyPublisher body = HttpRequest.BodyPublishers.ofString("x");
      assertFailure(daemon.send(bare(url).method(method, body).build()), 401, "EAUTH");
      HttpResponse<byte[]> known = daemon.send(daemon.request(url).method(method, body).build());
      assertFailure(known, 405, "EINVAL");
      assertThat(known.headers().firstValue("Allow")).hasValue("GET, HEAD");
    }
    assertThat(folder.resolve("film.mp4")).hasBinaryContent(Peer.bytes(1, 1000));
  }

  @Test
  void aTicketIsGoodForItsFileAndNoOther() throws Exception {
    String film = daemon.open("film.mp4", "r");
    String other = daemon.open("other.mp4", "r");
    String ofFilm = ticket(film);
    String ofOther = ticket(other);
    assertThat(ofFilm.split("/")[3]).isNotEqualTo(ofOther.split("/")[3]);
    assertThat(play(ofFilm.replace("film", "other")).body())
        .as("the name is for the player only")
        .isEqualTo(Peer.bytes(1, 1000));
    assertThat(play(ofOther).body()).isEqualTo(Peer.bytes(2, 1000));
    String ticket = ofFilm.split("/")[3];
    assertFailure(play("/stream/t/" + other + "/other.mp4"), 404, "ENOENT");
    assertFailure(play("/stream/t/" + UNKNOWN + "/film.mp4"), 404, "ENOENT");
    assertFailure(play("/stream/t//film.mp4"), 404, "ENOENT");
    assertFailure(daemon.get("/stream/" + ticket, Map.of()), 404, "ENOENT");
    assertFailure(daemon.get("/files/" + ticket + "/read", Map.of()), 404, "ENOENT");
    for (String closed : List.of(
        "/stream/" + film, "/stream/t/" + ticket, "/stream/t/" + ticket + "/a/b",
        "/files/" + ticket + "/read", "/files/" + film + "/read")) {
      assertFailure(play(closed), 401, "EAUTH");
    }
  }

  @Test
  void aTicketEnds() throws Exception {
    String id = daemon.open("film.mp4", "r");
    HttpResponse<byte[]> response = ask(id, 1);
    String brief = (String) object(response).get("url");
    String closed = ticket(id);
    TestDaemon.await(
        "the ticket has expired",
        () -> {
          try {
            return play(brief).statusCode() == 404;
          } catch (Exception e) {
            throw new AssertionError(e);
          }
        });
    assertFailure(play(brief), 404, "ENOENT");
    assertThat(play(closed).statusCode()).as("the other one has time left").isEqualTo(200);
    daemon.post("/files/" + id + "/close", new byte[0], Map.of());
    assertFailure(play(closed), 404, "ENOENT");
  }

  @Test
  void theNameIsTheLastPartOfThePathEscaped() throws Exception {
    String name = "Für & 100% \"so\"?#+;.mp4";
    Files.createDirectory(folder.resolve("dir"));
    Files.write(folder.resolve("dir").resolve(name), new byte[] {7});
    String url = ticket(daemon.open("dir/" + name, "r"));
    assertThat(URI.create(url).getPath()).endsWith("/" + name).doesNotContain("dir");
    assertThat(play(url).body()).containsExactly(7);
  }

  @Test
  void aTicketIsDrawnForAHandleAndATimeOnly() throws Exception {
    String id = daemon.open("film.mp4", "r");
    assertFailure(ask("none", 60), 404, "ENOENT");
    for (Object seconds : List.of(0, -1, 86_401, 1.5, "60", true)) {
      HttpResponse<byte[]> response = ask(id, seconds);
      assertFailure(response, 400, "EINVAL");
      assertThat(Answers.message(response)).contains("ttlSeconds");
    }
    assertThat(ask(id, 86_400).statusCode()).isEqualTo(200);
    HttpResponse<byte[]> withoutTime =
        daemon.json("/stream/ticket", Json.write(Map.of("fileId", id)));
    assertThat(play((String) object(withoutTime).get("url")).statusCode()).isEqualTo(200);
    HttpRequest withoutToken =
        bare("/stream/ticket")
            .POST(HttpRequest.BodyPublishers.ofString(Json.write(Map.of("fileId", id))))
            .build();
    assertFailure(daemon.send(withoutToken), 401, "EAUTH");
  }

  @Test
  void theSessionIsAskedForTicketsToo() throws Exception {
    try (TestClient session = daemon.session("player")) {
      String id = daemon.openFor("player", "film.mp4", "r");
      String url = ticket(id);
      CompletableFuture<HttpResponse<byte[]>> player = daemon.later(bare(url).build());
      DaemonFrame.RangeRequest request = session.expect(DaemonFrame.RangeRequest.class);
      assertThat(request.fileId()).isEqualTo(id);
      session.send(new ClientFrame.RangeReject(request.requestId(), 503));
      assertFailure(player.get(), 503, "EBUSY");
    }
  }
}
