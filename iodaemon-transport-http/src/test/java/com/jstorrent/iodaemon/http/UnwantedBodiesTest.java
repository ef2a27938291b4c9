package com.jstorrent.iodaemon.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Bodies where a body has no meaning. An empty one counts as none, however it is framed; a short one is skipped,
 * and what follows it is the next request (RFC 9110 § 9.3.1, RFC 9112 § 9.3).
 */
class UnwantedBodiesTest {
  private static final String EMPTY_CHUNKED = "Transfer-Encoding: chunked\n\n0\n\n";
  private static final String KNOWN = "Host: localhost\nX-JST-Auth: tok\n";
  private static final String UPGRADE =
      "GET /io HTTP/1.1\n" + KNOWN + "Connection: upgrade\nUpgrade: echo\n";

  @AutoClose
  private static final HttpFixture fixture = new HttpFixture();
  private static final HttpDaemon daemon = fixture.daemon;

  @ParameterizedTest
  @ValueSource(
      strings = {
          "\n", "Content-Length: 0\n\n", "Content-Length: 00\n\n", EMPTY_CHUNKED,
          "Transfer-Encoding: Chunked\n\n000;ext=1\nTrailer: field\n\n"
      })
  void anUpgradeWithABodyOfNothingIsAnUpgrade(String framing) throws Exception {
    try (RawHttp raw = daemon.raw()) {
      raw.send(UPGRADE + framing + "ahead");
      assertThat(raw.answer().status()).isEqualTo(101);
      assertThat(new String(raw.read(5))).as("what was read ahead").isEqualTo("ahead");
      raw.send("later");
      assertThat(new String(raw.read(5))).isEqualTo("later");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
          "Content-Length: 1\n\nx", "Content-Length: 99999999\n\n",
          "Transfer-Encoding: chunked\n\n1\nx\n0\n\n",
          "Expect: 100-continue\nContent-Length: 1\n\n",
          "Expect: 100-continue\nTransfer-Encoding: chunked\n\n"
      })
  void anUpgradeWithABodyIsRefused(String framing) throws Exception {
    try (RawHttp raw = daemon.raw()) {
      raw.send(UPGRADE + framing);
      RawHttp.Answer answer = raw.answer();
      assertThat(answer.status()).isEqualTo(400);
      Answers.assertFailure(answer.body(), "EINVAL");
      assertThat(answer.headers()).containsEntry("connection", "close");
      assertThat(raw.ended()).isTrue();
    }
  }

  @ParameterizedTest
  @CsvSource(quoteCharacter = '\0', value = {
      "OPTIONS /write/k, 204", "OPTIONS *, 204", "OPTIONS /io, 204",
      "GET /health, 200", "GET /roots, 200", "GET /read/k, 400", "GET /files/none/read, 404",
      "GET /nothing, 404", "DELETE /roots, 405"
  })
  void whatFollowsAnUnwantedBodyIsTheNextRequest(String request, int status)
      throws Exception {
    for (String body : new String[] {
        "\n", "Content-Length: 0\n\n", "Content-Length: 5\n\nhello", EMPTY_CHUNKED,
        "Transfer-Encoding: chunked\n\n5\nhello\n0\n\n"}) {
      try (RawHttp raw = daemon.raw()) {
        raw.send(request + " HTTP/1.1\n" + KNOWN + body + "GET /health HTTP/1.1\n" + KNOWN + "\n");
        RawHttp.Answer first = raw.answer();
        assertThat(first.status()).as(body).isEqualTo(status);
        assertThat(first.headers()).as(body).doesNotContainKey("connection");
        assertThat(raw.answer().body()).as(body).isEqualTo("ok");
      }
    }
  }

  @Test
  void soItIsWithHead() throws Exception {
    for (String body : new String[] {"Content-Length: 0\n\n", "Content-Length: 2\n\nhi"}) {
      try (RawHttp raw = daemon.raw()) {
        raw.send(
            "HEAD /health HTTP/1.1\n" + KNOWN + body + "GET /health HTTP/1.1\n" + KNOWN + "\n");
        assertThat(raw.answer(false).headers()).doesNotContainKey("connection");
        assertThat(raw.answer().body()).isEqualTo("ok");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"OPTIONS /write/k", "GET /health"})
  void aLongOneIsNotReadAndEndsTheConnection(String request) throws Exception {
    try (RawHttp raw = daemon.raw()) {
      raw.send(request + " HTTP/1.1\n" + KNOWN + "Content-Length: 262145\n\nsome of it");
      assertThat(raw.answer().headers()).containsEntry("connection", "close");
      assertThat(raw.ended()).isTrue();
    }
  }

  @Test
  void aClientThatWaitsToBeToldToSendOneIsNotToldTo() throws Exception {
    try (RawHttp raw = daemon.raw()) {
      raw.send(
          "OPTIONS /write/k HTTP/1.1\n" + KNOWN + "Expect: 100-continue\nContent-Length: 5\n\n");
      RawHttp.Answer answer = raw.answer();
      assertThat(answer.status()).isEqualTo(204);
      assertThat(answer.headers()).containsEntry("connection", "close");
      assertThat(raw.ended()).isTrue();
    }
  }

  @Test
  void inHttp10TheConnectionIsKeptToo() throws Exception {
    try (RawHttp raw = daemon.raw()) {
      for (int i = 0; i < 2; i++) {
        raw.send(
            "OPTIONS /write/k HTTP/1.0\n" + KNOWN
                + "Connection: keep-alive\nContent-Length: 0\n\n");
        assertThat(raw.answer().headers()).containsEntry("connection", "keep-alive");
      }
    }
  }
}
