package com.jstorrent.iodaemon.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.ByteArrayInputStream;
import java.io.InputStreamReader;
import java.io.StringReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Only the wanted part of a document takes memory, and no more than there is. */
class JsonFieldsTest {
  private long left = 10_000;

  private Map<String, @Nullable Object> read(String text) {
    return JsonFields.read(
        new StringReader(text),
        Set.of("a", "b"),
        bytes -> {
          left -= bytes;
          return left >= 0;
        });
  }

  @Test
  void onlyFieldsThatAreWantedAreKept() {
    assertThat(read("{\"x\":1,\"a\":[{\"b\":2.5,\"y\":{\"a\":3}},null,true],\"b\":\"t\"}"))
        .isEqualTo(Map.of("a", Arrays.asList(Map.of("b", 2.5), null, true), "b", "t"));
  }

  @Test
  void whatIsNotWantedTakesNoMemory() {
    String text = "t".repeat(1 << 20);
    String list = "[0" + ",{\"a\":0}".repeat(100_000) + "]";
    assertThat(read("{\"x\":\"" + text + "\",\"y\":" + list + ",\"b\":1}"))
        .isEqualTo(Map.of("b", 1L));
    assertThat(left).isGreaterThan(9_000);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "1234567890123", "\"%d\"", "[]", "{}", "[[]]", "{\"b\":0}", "null"})
  void listsAreReadAsFarAsThereIsMemory(String element) {
    StringBuilder text = new StringBuilder("{\"a\":[0");
    for (int i = 0; i < 1000; i++) {
      text.append(',').append(element.replace("%d", Integer.toString(i)));
    }
    assertThatExceptionOfType(JsonFields.TooLargeException.class)
        .isThrownBy(() -> read(text + "]}"));
  }

  @Test
  void aTextOrANameIsNotPutTogetherBeyondALimit() {
    left = Long.MAX_VALUE;
    String text = "t".repeat(60_000);
    assertThat(read("{\"a\":\"" + text + "\"}")).isEqualTo(Map.of("a", text));
    String longer = "t".repeat(70_000);
    for (String each : List.of("{\"a\":\"" + longer + "\"}", "{\"" + longer + "\":1}")) {
      assertThatExceptionOfType(JsonFields.TooLargeException.class).isThrownBy(() -> read(each));
    }
  }

  @Test
  void theSameShortTextIsKeptOnce() {
    read("{\"a\":[\"default\"" + ",\"default\"".repeat(400) + "]}");
    assertThat(left).isPositive();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
          "", "1", "[]", "null", "\"a\"", "{", "{\"a\":1", "{\"a\"}", "{a:1}", "{\"x\":[}", "{} {}",
          "{\"a\":1,\"a\":2}", "{\"a\":{\"b\":1,\"b\":2}}", "{\"x\":'1'}", "// c\n{}"
      })
  void otherDocumentsAreInvalid(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> read(text));
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "x"})
  void nestingIsLimited(String name) {
    String deep = "[".repeat(100_000);
    assertThatIllegalArgumentException().isThrownBy(() -> read("{\"" + name + "\":" + deep));
  }

  @Test
  void aTextThatIsNotUtf8IsToldApart() {
    InputStreamReader latin =
        new InputStreamReader(
            new ByteArrayInputStream("{\"a\":\"é\"}".getBytes(StandardCharsets.ISO_8859_1)),
            StandardCharsets.UTF_8.newDecoder());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> JsonFields.read(latin, Set.of("a"), bytes -> true))
        .withCauseInstanceOf(CharacterCodingException.class);
  }
}
