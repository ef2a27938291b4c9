package com.jstorrent.iodaemon.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 9110 § 8.4: the daemon knows no content coding, and writes none of them to a file as if it were the content. */
class ContentCodingTest {
  @AutoClose
  private final HttpFixture fixture = new HttpFixture();
  private final Path folder = fixture.folder;
  private final HttpDaemon daemon = fixture.daemon;

  private RawHttp write(String fields) throws Exception {
    return daemon.raw().send(HttpDaemon.writeHead("f") + fields);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
          "gzip", "GZIP", "br", "zstd", "deflate", "x-gzip", "aes128gcm", "identity, gzip",
          "gzip, identity", "identity\nContent-Encoding: gzip", "unheard-of", "identity;q=1",
          "gzip,"
      })
  void aBodyInACodingIsRefusedWithTheOneThatIsKnown(String coding) throws Exception {
    for (String body : new String[] {
        "Content-Length: 3\n\nabc", "Transfer-Encoding: chunked\n\n3\nabc\n0\n\n"}) {
      try (RawHttp raw = write("Content-Encoding: " + coding + "\n" + body)) {
        RawHttp.Answer answer = raw.answer();
        assertThat(answer.status()).isEqualTo(415);
        Answers.assertFailure(answer.body(), "EENCODING");
        assertThat(answer.headers())
            .containsEntry("accept-encoding", "identity")
            .doesNotContainKey("connection");
        assertThat(raw.send("GET /health HTTP/1.1\nHost: localhost\n\n").answer().body())
            .isEqualTo("ok");
        assertThat(folder.resolve("f")).doesNotExist();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
          "identity", "Identity", "identity, IDENTITY", "", ",", " , identity",
          "identity\nContent-Encoding: identity"
      })
  void identityIsNoCoding(String coding) throws Exception {
    try (RawHttp raw = write("Content-Encoding: " + coding + "\nContent-Length: 3\n\nabc")) {
      assertThat(raw.answer().status()).isEqualTo(200);
    }
    assertThat(folder.resolve("f")).hasContent("abc");
  }

  @Test
  void aBodyThatIsNotThereIsInNoCoding() throws Exception {
    try (RawHttp raw = write("Content-Encoding: gzip\nContent-Length: 0\n\n")) {
      assertThat(raw.answer().status()).isEqualTo(200);
    }
    assertThat(folder.resolve("f")).isEmptyFile();
    try (RawHttp raw = write("Content-Encoding: gzip\nTransfer-Encoding: chunked\n\n0\n\n")) {
      assertThat(raw.answer().status()).as("in chunks").isEqualTo(200);
    }
    try (RawHttp raw = daemon.raw()) {
      raw.send("GET /roots HTTP/1.1\nHost: localhost\nX-JST-Auth: tok\nContent-Encoding: gzip\n\n");
      assertThat(raw.answer().status()).isEqualTo(200);
    }
  }

  @Test
  void itIsRefusedBeforeItIsSentAndBehindTheToken() throws Exception {
    try (RawHttp raw =
        write("Content-Encoding: gzip\nExpect: 100-continue\nContent-Length: 9\n\n")) {
      assertThat(raw.answer().status()).isEqualTo(415);
      assertThat(raw.ended()).isTrue();
    }
    try (RawHttp raw = daemon.raw()) {
      raw.send(
          "POST /hash/sha1 HTTP/1.1\nHost: localhost\nContent-Encoding: gzip\nContent-Length: 1\n\nx");
      assertThat(raw.answer().status()).isEqualTo(401);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
          "/hash/sha1", "/files/open", "/write/batch", "/ops/delete", "/hash/pieces",
          "/control/open_socket", "/stream/ticket", "/files/none/flush"
      })
  void soItIsOnEveryRoute(String route) throws Exception {
    try (RawHttp raw = daemon.raw()) {
      raw.send(
          "POST " + route + " HTTP/1.1\nHost: localhost\nX-JST-Auth: tok\nContent-Encoding: br\n"
              + "Content-Length: 1\n\nx");
      assertThat(raw.answer().status()).isEqualTo(415);
    }
  }

  /** A type is not asked for, and fields of MIME (RFC 9112 appendix B) and of answers say nothing about a body. */
  @ParameterizedTest
  @ValueSource(
      strings = {
          "", "Content-Type: text/html\n", "Content-Type: nonsense\n",
          "Content-Transfer-Encoding: base64\n", "TE: gzip, trailers\n", "Accept-Encoding: br\n",
          "MIME-Version: 1.0\n", "Content-Language: de\n"
      })
  void otherFieldsChangeNothing(String field) throws Exception {
    try (RawHttp raw = write(field + "Content-Length: 4\n\nYWJj")) {
      assertThat(raw.answer().status()).isEqualTo(200);
    }
    assertThat(Files.readString(folder.resolve("f"))).isEqualTo("YWJj");
    try (RawHttp raw = daemon.raw()) {
      String json = "{\"root_key\":\"k\",\"path\":\"f\"}";
      raw.send(
          "POST /ops/delete HTTP/1.1\nHost: localhost\nX-JST-Auth: tok\n" + field
              + "Content-Length: "
              + json.length() + "\n\n" + json);
      assertThat(raw.answer().status()).isEqualTo(200);
    }
  }
}
