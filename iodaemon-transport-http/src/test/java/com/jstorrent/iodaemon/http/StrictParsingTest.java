package com.jstorrent.iodaemon.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.testkit.TestDaemon;
import com.jstorrent.iodaemon.testkit.time.ManualClock;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What lenient parsers let pass, and what keeps two parsers from disagreeing. */
class StrictParsingTest {
  private static final String GET = "GET /health HTTP/1.1\nHost: localhost\n";
  private static final String POST =
      "POST /hash/sha1 HTTP/1.1\nHost: localhost\nX-JST-Auth: tok\n";

  @AutoClose
  private static final HttpFixture fixture = new HttpFixture();
  private static final Path folder = fixture.folder;
  private static final HttpDaemon daemon = fixture.daemon;

  @ParameterizedTest
  @ValueSource(
      strings = {
          // request line
          "GET  http://localhost/health HTTP/1.1\nHost: localhost\n\n",
          "GET http://evil.test/ HTTP/1.1\nHost: localhost\n\n",
          "GET //evil.test/ HTTP/1.1\nHost: localhost\n\n",
          "GET health HTTP/1.1\nHost: localhost\n\n",
          "GET * HTTP/1.1\nHost: localhost\n\n",
          "GE(T /health HTTP/1.1\nHost: localhost\n\n",
          "G\0T /health HTTP/1.1\nHost: localhost\n\n",
          "GET /hea\0lth HTTP/1.1\nHost: localhost\n\n",
          "GET /hea\u00e9lth HTTP/1.1\nHost: localhost\n\n",
          "GET /health#x HTTP/1.1\nHost: localhost\n\n",
          "GET /health\n\n",
          "GET /health HTTP/+1.1\nHost: localhost\n\n",
          "GET /health HTTP/-1.1\nHost: localhost\n\n",
          "GET /health HTTP/1.-1\nHost: localhost\n\n",
          "GET /health HTTP/1.99999999999\nHost: localhost\n\n",
          "GET /health HTTP/1.1 \nHost: localhost\n\n",
          "GET /health HTTP/01.1\nHost: localhost\n\n",
          "GET /health HTTX/1.1\nHost: localhost\n\n",
          // header fields
          GET + "Na me: x\n\n",
          GET + "Name : x\n\n",
          GET + "No colon\n\n",
          GET + ": empty\n\n",
          GET + "Name: x\0y\n\n",
          GET + "Name: x\u0007\n\n",
          GET + "N\u00e4me: x\n\n",
          "GET /health HTTP/1.1\n\tTab: first\nHost: localhost\n\n",
          "GET /health HTTP/1.1\n Folded: first\nHost: localhost\n\n",
          // body lengths
          POST + "Content-Length: 3\nContent-Length: 3\n\nabc",
          POST + "Content-Length: 3\nContent-Length: 4\n\nabcd",
          POST + "Content-Length: +3\n\nabc",
          POST + "Content-Length: -3\n\nabc",
          POST + "Content-Length: 3, 3\n\nabc",
          POST + "Content-Length: 0x3\n\nabc",
          POST + "Content-Length: \n\nabc",
          POST + "Content-Length: 18446744073709551619\n\nabc",
          POST + "Content-Length: 3\nTransfer-Encoding: chunked\n\n0\n\n",
          POST + "Transfer-Encoding: chunked\nContent-Length: 3\n\n0\n\n",
          POST + "Transfer-Encoding: gzip, chunked\n\n0\n\n",
          POST + "Transfer-Encoding: chunked, chunked\n\n0\n\n",
          POST + "Transfer-Encoding: identity\n\n0\n\n",
          POST + "Transfer-Encoding: xchunked\n\n0\n\n",
          POST + "Transfer-Encoding: chunked\nTransfer-Encoding: chunked\n\n0\n\n",
          "POST /hash/sha1 HTTP/1.0\nHost: localhost\nX-JST-Auth: tok\nTransfer-Encoding: chunked\n\n0\n\n",
          // chunks
          POST + "Transfer-Encoding: chunked\n\n+3\nabc\n0\n\n",
          POST + "Transfer-Encoding: chunked\n\n-3\nabc\n0\n\n",
          POST + "Transfer-Encoding: chunked\n\n 3\nabc\n0\n\n",
          POST + "Transfer-Encoding: chunked\n\n3 \nabc\n0\n\n",
          POST + "Transfer-Encoding: chunked\n\n0x3\nabc\n0\n\n",
          POST + "Transfer-Encoding: chunked\n\n\nabc\n0\n\n",
          POST + "Transfer-Encoding: chunked\n\n3\nabcd\n0\n\n",
          POST + "Transfer-Encoding: chunked\n\nffffffffffffffff\nabc\n0\n\n",
          // host
          "GET /health HTTP/1.1\nHost: localhost\nHost: localhost\n\n",
      })
  void malformedRequestsAreAnswered400AndTheConnectionEnds(String request) throws Exception {
    try (RawHttp client = daemon.raw()) {
      RawHttp.Answer answer = client.send(request).answer();
      assertThat(answer.status()).isEqualTo(400);
      assertThat(answer.headers()).containsEntry("connection", "close");
      assertThat(answer.body()).startsWith("{\"error\":\"EINVAL\",\"message\":\"");
      assertThat(client.ended()).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"3\nabc\r\n0\r\n\r\n", "3\r\nabc\n0\r\n\r\n", "3\rabc\r\n0\r\n\r\n",
          "3;a\nabc\r\n0\r\n\r\n"})
  void bareLineEndsInTheChunkedCodingAreRefused(String body) throws Exception {
    try (RawHttp client = daemon.raw()) {
      client.send(POST + "Transfer-Encoding: chunked\n\n").sendExactly(body);
      assertThat(client.answer().status()).isEqualTo(400);
    }
  }

  /** The start of a request behind the last chunk is no trailer, but one that was meant to follow. */
  @ParameterizedTest
  @ValueSource(
      strings = {"GET /health HTTP/1.1", "no colon", ": no name", " folded: x", "Name : x",
          "Name: a\u0001b"})
  void aTrailerIsMadeOfFields(String line) throws Exception {
    try (RawHttp client = daemon.raw()) {
      client.send(POST + "Transfer-Encoding: chunked\n\n3\nabc\n0\n" + line + "\n\n");
      assertThat(client.answer().status()).isEqualTo(400);
      assertThat(client.ended()).isTrue();
    }
  }

  @Test
  void chunksWithExtensionsAndTrailersAreRead() throws Exception {
    try (RawHttp client = daemon.raw()) {
      client.send(
          POST + "Transfer-Encoding: Chunked\n\n1;x=y\na\n002\nbc\n0\nTrailer: x\n\n" + GET + "\n");
      RawHttp.Answer digest = client.answer();
      assertThat(digest.status()).isEqualTo(200);
      assertThat(digest.headers()).containsEntry("content-length", "20");
      assertThat(client.answer().body()).as("the next request follows").isEqualTo("ok");
    }
  }

  @Test
  void headsThatAreTooLargeAreAnswered431() throws Exception {
    String[] requests = {
        "GET /" + "x".repeat(Limits.HEAD_BYTES) + " HTTP/1.1\nHost: localhost\n\n",
        GET + "Name: " + "x".repeat(Limits.HEAD_BYTES) + "\n\n",
        GET + "Name: xxxxxxxxx\n".repeat(Limits.HEADER_COUNT + 1) + "\n",
        GET + ("Name: " + "x".repeat(300) + "\n").repeat(80) + "\n",
    };
    for (String request : requests) {
      try (RawHttp client = daemon.raw()) {
        assertThat(client.send(request).answer().status()).isEqualTo(431);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"HTTP/0.9", "HTTP/1.2", "HTTP/1.9", "HTTP/2.0", "HTTP/3.0", "HTTP/9.9"})
  void otherVersionsAreAnswered505(String version) throws Exception {
    try (RawHttp client = daemon.raw()) {
      client.send("GET /health " + version + "\nHost: localhost\n\n");
      assertThat(client.answer().status()).isEqualTo(505);
    }
  }

  @Test
  void pipelinedRequestsAreAnsweredInOrder() throws Exception {
    try (RawHttp client = daemon.raw()) {
      client.send(
          GET + "\n" + "GET /none HTTP/1.1\nHost: localhost\nX-JST-Auth: tok\n\n" + GET + "\n");
      assertThat(client.answer().status()).isEqualTo(200);
      assertThat(client.answer().status()).isEqualTo(404);
      assertThat(client.answer().status()).isEqualTo(200);
    }
  }

  @Test
  void connectionsEndWhenTheClientWantsIt() throws Exception {
    try (RawHttp client = daemon.raw()) {
      assertThat(client.send(GET + "Connection: close\n\n").answer().headers())
          .containsEntry("connection", "close");
      assertThat(client.ended()).isTrue();
    }
    try (RawHttp old = daemon.raw()) {
      old.send("GET /health HTTP/1.0\nHost: localhost\n\n");
      assertThat(old.answer().status()).isEqualTo(200);
      assertThat(old.ended()).isTrue();
    }
  }

  @Test
  void aBodyOverTheLimitIsAnswered413BeforeItIsSent() throws Exception {
    try (RawHttp client = daemon.raw()) {
      client.send(POST + "Expect: 100-continue\nContent-Length: 67108865\n\n");
      assertThat(client.answer().status()).isEqualTo(413);
    }
  }

  @Test
  void aClientThatAsksIsToldToContinue() throws Exception {
    try (RawHttp client = daemon.raw()) {
      client.send(POST + "Expect: 100-continue\nContent-Length: 3\n\n");
      assertThat(client.answer().status()).isEqualTo(100);
      assertThat(client.send("abc").answer().status()).isEqualTo(200);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"Content-Length: 0\n", ""})
  void anEmptyBodyNeedsNoContinueAndTheNextRequestFollows(String length) throws Exception {
    try (RawHttp client = daemon.raw()) {
      client.send(
          HttpDaemon.writeHead("empty")
              + "Expect: 100-continue\n"
              + length
              + "\n"
              + GET
              + "\n");
      assertThat(client.answer().status()).isEqualTo(200);
      assertThat(client.answer().body()).isEqualTo("ok");
    }
  }

  @Test
  void aRequestThatIsRefusedIsNotToldToContinue() throws Exception {
    try (RawHttp client = daemon.raw()) {
      client.send(
          "POST /hash/sha1 HTTP/1.1\nHost: localhost\nExpect: 100-continue\nContent-Length: 3\n\n");
      assertThat(client.answer().status()).isEqualTo(401);
      assertThat(client.ended()).isTrue();
    }
  }

  @Test
  void headsAndBodiesThatDoNotComeInTimeAreAnswered408() throws Exception {
    Limits limits =
        Limits.builder()
            .headTimeout(Duration.ofMillis(150))
            .bodyStall(Duration.ofMillis(150))
            .build();
    try (HttpDaemon hasty = new HttpDaemon(folder, limits)) {
      try (RawHttp client = hasty.raw()) {
        assertThat(client.send("GET /health HT").answer().status()).isEqualTo(408);
      }
      try (RawHttp client = hasty.raw()) {
        client.send(POST + "Content-Length: 3\n\nab");
        assertThat(client.answer().status()).isEqualTo(408);
        assertThat(client.ended()).isTrue();
      }
    }
  }

  @Test
  void anIdleConnectionIsClosedWithoutAWord() throws Exception {
    ManualClock clock = new ManualClock();
    Limits limits = Limits.builder().keepAlive(Duration.ofMillis(100)).build();
    try (HttpDaemon daemon = new HttpDaemon(folder, limits, clock);
        RawHttp client = daemon.raw()) {
      client.send(GET + "\n");
      assertThat(client.answer().status()).isEqualTo(200);
      TestDaemon.await(
          "the end of an idle connection",
          () -> {
            clock.advance(limits.keepAlive());
            return daemon.daemon.stats().get(Counter.HTTP_CONNECTIONS) == 0;
          });
      assertThat(client.ended()).isTrue();
    }
  }
}
