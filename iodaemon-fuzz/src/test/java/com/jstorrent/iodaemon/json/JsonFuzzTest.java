package com.jstorrent.iodaemon.json;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.jstorrent.iodaemon.json.codec.JsonHello;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** Any text is JSON or an IllegalArgumentException; values survive being written and read again. */
class JsonFuzzTest {

  @FuzzTest
  void documents(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    Object value;
    try {
      value = Json.read(text);
    } catch (IllegalArgumentException e) {
      assertThat(e.getMessage()).endsWith(".");
      return;
    }
    if (isFinite(value)) {
      assertThat(Json.read(Json.write(value))).isEqualTo(value);
    }
    try {
      assertThat(new JsonHello().read(text).capabilities()).doesNotContainNull();
    } catch (IllegalArgumentException e) {
      assertThat(e.getMessage()).endsWith(".");
    }
  }

  /** JSON has numbers, such as 1e999, that are out of the range of a double. */
  private static boolean isFinite(Object value) {
    return switch (value) {
      case Double number -> !number.isInfinite();
      case List<?> list -> list.stream().allMatch(JsonFuzzTest::isFinite);
      case Map<?, ?> map -> map.values().stream().allMatch(JsonFuzzTest::isFinite);
      case null, default -> true;
    };
  }
}
