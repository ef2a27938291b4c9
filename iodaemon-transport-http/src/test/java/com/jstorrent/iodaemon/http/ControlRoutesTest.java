package com.jstorrent.iodaemon.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.testkit.TestClient;
import com.jstorrent.iodaemon.testkit.TestDaemon;
import com.jstorrent.iodaemon.transport.CloseReason;
import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** PROTOCOL.md § 5.4: what clients tell the daemon itself. */
@Timeout(600)
class ControlRoutesTest {
  private static final String SHUTDOWN =
      "POST /control/shutdown HTTP/1.1\nHost: localhost\n%sContent-Length: 0\n\n";

  @TempDir
  Path folder;

  @Test
  void pingIsAnsweredWithPong() throws Exception {
    try (HttpDaemon daemon = new HttpDaemon(folder)) {
      HttpResponse<byte[]> answer = daemon.post("/control/ping", new byte[0], Map.of());
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.body()).asString().isEqualTo("pong");
    }
  }

  @Test
  void shutdownNeedsTheTokenAndPost() throws Exception {
    try (HttpDaemon daemon = new HttpDaemon(folder)) {
      try (RawHttp client = daemon.raw()) {
        assertThat(client.send(SHUTDOWN.formatted("")).answer().status()).isEqualTo(401);
        assertThat(client.send(SHUTDOWN.formatted("X-JST-Auth: wrong\n")).answer().status())
            .isEqualTo(401);
      }
      assertThat(daemon.get("/control/shutdown", Map.of()).statusCode()).isEqualTo(405);
      assertThat(daemon.get("/stats", Map.of()).statusCode()).isEqualTo(200);
    }
  }

  @Test
  void shutdownAnswersThenFinishesWhatIsUnderWayAndTakesNothingMore() throws Exception {
    try (HttpDaemon daemon = new HttpDaemon(folder);
        RawHttp idle = daemon.raw();
        RawHttp writer = daemon.raw();
        RawHttp asking = daemon.raw();
        TestClient session = daemon.session("s")) {
      assertThat(idle.send("GET /health HTTP/1.1\nHost: localhost\n\n").answer().status())
          .isEqualTo(200);
      writer.send(HttpDaemon.writeHead("f") + "Content-Length: 10\n\n01234");
      TestDaemon.await(
          "the write to begin", () -> daemon.daemon.stats().get(Counter.HTTP_REQUESTS) == 2);
      RawHttp.Answer answer = asking.send(SHUTDOWN.formatted("X-JST-Auth: tok\n")).answer();
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.headers()).containsEntry("connection", "close");
      assertThat(session.awaitEnd()).isEqualTo(CloseReason.GOING_AWAY);
      assertThat(idle.ended()).as("a connection between two requests").isTrue();
      TestDaemon.await("the port to be closed", () -> refuses(daemon));
      RawHttp.Answer written = writer.send("56789").answer();
      assertThat(written.status()).isEqualTo(200);
      assertThat(written.headers()).containsEntry("connection", "close");
      assertThat(writer.ended()).isTrue();
      daemon.daemon.awaitClosed();
      assertThat(Files.readString(folder.resolve("f"))).isEqualTo("0123456789");
    }
  }

  /** Until the accepting thread has noticed, the system still takes connections. */
  private static boolean refuses(HttpDaemon daemon) {
    try {
      daemon.raw().close();
      return false;
    } catch (IOException e) {
      return e instanceof ConnectException;
    }
  }

  @Test
  void aClientThatDoesNotWaitForTheAnswerShutsItDownAllTheSame() throws Exception {
    try (HttpDaemon daemon = new HttpDaemon(folder)) {
      try (RawHttp client = daemon.raw()) {
        client.send(SHUTDOWN.formatted("X-JST-Auth: tok\n"));
      }
      daemon.daemon.awaitClosed();
      assertThatThrownBy(daemon::raw).isInstanceOf(IOException.class);
    }
  }
}
