package com.jstorrent.iodaemon.json;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** Any text is JSON or an IllegalArgumentException; what was read comes back when it was written. */
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

  /** JSON can write numbers, such as 1e999, that a double is too small for. */
  private static boolean isFinite(Object value) {
    return switch (value) {
      case Double number -> !number.isInfinite();
      case List<?> list -> list.stream().allMatch(JsonFuzzTest::isFinite);
      case Map<?, ?> map -> map.values().stream().allMatch(JsonFuzzTest::isFinite);
      case null, default -> true;
    };
  }
}
