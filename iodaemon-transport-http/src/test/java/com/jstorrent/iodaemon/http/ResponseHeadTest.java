package com.jstorrent.iodaemon.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 9112 § 4 and § 5. */
class ResponseHeadTest {
  @Test
  void aStatusLineFieldsAndAnEmptyLine() {
    assertThat(new ResponseHead(206).add("A", "b").add("C", "é").bytes().array())
        .isEqualTo("HTTP/1.1 206 Partial Content\r\nA: b\r\nC: é\r\n\r\n".getBytes(ISO_8859_1));
  }

  @Test
  void aStatusWithoutAUsualReasonHasNone() {
    assertThat(new ResponseHead(299).bytes().array())
        .isEqualTo("HTTP/1.1 299 \r\n\r\n".getBytes(ISO_8859_1));
  }

  @ParameterizedTest
  @ValueSource(strings = {"a\r\nSet-Cookie: b", "a\nb", "a\rb", "\n"})
  void aValueCannotBeginAnotherLine(String value) {
    assertThatThrownBy(() -> new ResponseHead(200).add("A", value))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
