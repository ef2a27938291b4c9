package com.jstorrent.iodaemon.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.jstorrent.iodaemon.failure.OperationFailure;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.util.Map;
import java.util.stream.Collectors;

/** Any target of a request is parsed or refused; parsing its re-encoded parts gives the same. */
class TargetFuzzTest {

  @FuzzTest
  void targets(byte[] bytes) throws OperationFailure {
    Target target;
    try {
      target = Target.parse("/" + new String(bytes, ISO_8859_1));
    } catch (OperationFailure e) {
      assertThat(e.getMessage()).endsWith(".");
      return;
    }
    String path =
        target.segments().stream().map(TargetFuzzTest::escaped).collect(Collectors.joining("/"));
    String query =
        target.query()
            .entrySet()
            .stream()
            .map((Map.Entry<String, String> e) -> escaped(e.getKey()) + "=" + escaped(e.getValue()))
            .collect(Collectors.joining("&"));
    Target again = Target.parse("/" + path + (target.query().isEmpty() ? "" : "?" + query));
    assertThat(again).isEqualTo(target);
    String input = new String(bytes, ISO_8859_1);
    if (input.chars().allMatch(c -> c < 128)) { // the parser of the request line ensures it
      assertThat(target.segments().get(0)).isEqualTo(decoded(input));
    }
  }

  /** The first segment, as the JDK decodes it. */
  private static String decoded(String target) {
    String segment = target.split("[/?]", 2)[0];
    return URLDecoder.decode(segment.replace("+", "%2B"), UTF_8);
  }

  private static String escaped(String text) {
    return URLEncoder.encode(text, UTF_8).replace("+", "%20");
  }
}
