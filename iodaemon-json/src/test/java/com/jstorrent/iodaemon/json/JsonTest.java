package com.jstorrent.iodaemon.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 8259, read strictly: what the library would let pass by default is refused. */
class JsonTest {
  private static final int DEEPEST = 255;

  private static void assertRefused(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Json.read(text))
        .satisfies(e -> assertThat(e.getMessage()).matches("[A-Z][^.]*\\."));
  }

  private static String nested(int depth) {
    return "[".repeat(depth) + "]".repeat(depth);
  }

  @Test
  void everyKindOfValueBecomesAValueOfJava() {
    assertThat(Json.read(" [\"a\", 1, 1.5, true, false, null, {\"b\": [] }, {} ] "))
        .isEqualTo(
            Arrays.asList("a", 1L, 1.5, true, false, null, Map.of("b", List.of()), Map.of()));
  }

  @Test
  void membersKeepTheirOrder() {
    Map<String, @Nullable Object> read = Json.readObject("{\"z\":1,\"a\":2,\"m\":3,\"\":4}");
    assertThat(read.keySet()).containsExactly("z", "a", "m", "");
    assertThat(Json.write(read)).isEqualTo("{\"z\":1,\"a\":2,\"m\":3,\"\":4}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
          "", " ", "{", "[", "\"a", "{\"a\"}", "{\"a\":}", "{\"a\" 1}", "[1 2]", "[1,]", "[,1]",
          "{\"a\":1,}", "[1;2]", "{\"a\"=1}", "{a:1}", "{'a':1}", "'a'", "a", "TRUE", "Null", "nul",
          "NaN", "-Infinity", "01", "-01", "+1", ".5", "1.", "1e", "0x1", "--1", "\"\\x41\"",
          "\"\\'\"", "\"\\u12g4\"", "\"\t\"", "\"a\nb\"", "// no\n1", "/* no */ 1", "# no\n1",
          ")]}'\n1", "[1}"})
  void whatTheRfcDoesNotAllowIsRefused(String text) {
    assertRefused(text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"1 2", "{}{}", "[] x", "{},", "null null", "\"a\"\"b\""})
  void nothingMayFollowTheDocument(String text) {
    assertRefused(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"{\"a\":1,\"a\":1}", "{\"a\":null,\"a\":1}", "[{\"b\":{\"a\":1,\"\\u0061\":2}}]"})
  void aKeyMayOccurOnceInAnObject(String text) {
    assertRefused(text);
  }

  @Test
  void nestingIsLimited() {
    assertThat(Json.write(Json.read(nested(DEEPEST)))).isEqualTo(nested(DEEPEST));
    assertRefused(nested(DEEPEST + 1));
    assertRefused("{\"a\":".repeat(DEEPEST + 1) + "1" + "}".repeat(DEEPEST + 1));
  }

  @Test
  void wholeNumbersAreExactAsFarAsALongReaches() {
    assertThat(Json.read("9223372036854775807")).isEqualTo(Long.MAX_VALUE);
    assertThat(Json.read("-9223372036854775808")).isEqualTo(Long.MIN_VALUE);
    assertThat(Json.read("9007199254740993")).isEqualTo((1L << 53) + 1);
    assertThat(Json.read("9223372036854775808")).isEqualTo(0x1p63);
  }

  @Test
  void numbersWithAFractionOrAnExponentAreDoubles() {
    assertThat(Json.read("1.0")).isEqualTo(1.0);
    assertThat(Json.read("1e3")).isEqualTo(1000.0);
    assertThat(Json.read("-2.5E-1")).isEqualTo(-0.25);
  }

  @Test
  void escapesAreRead() {
    assertThat(Json.read("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00\""))
        .isEqualTo("\"\\/\b\f\n\r\t\u00e9\ud83d\ude00");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "\"", "\\", "\u0000\u001f", "a\nb\r\tc", "\u2028\u2029", "<&='>", "caf\u00e9",
          "\ud83d\ude00"})
  void aTextThatIsWrittenIsReadAsItself(String text) {
    assertThat(Json.read(Json.write(text))).isEqualTo(text);
    Map<String, @Nullable Object> member = Map.of(text, text);
    assertThat(Json.readObject(Json.write(member))).isEqualTo(member);
  }

  @Test
  void membersThatAreNullAreWritten() {
    assertThat(Json.write(Json.read("{\"a\":null,\"b\":[null]}")))
        .isEqualTo("{\"a\":null,\"b\":[null]}");
    assertThat(Json.write(null)).isEqualTo("null");
  }

  @Test
  void numbersAndFlagsAreWrittenAsTheyAre() {
    assertThat(Json.write(List.of(1, Long.MAX_VALUE, 0.5, true)))
        .isEqualTo("[1,9223372036854775807,0.5,true]");
  }

  @Test
  void whatJsonHasNoFormForIsNotWritten() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Json.write(Map.of("a", List.of(Instant.EPOCH))))
        .withMessageContaining("Instant");
    assertThatIllegalArgumentException().isThrownBy(() -> Json.write(Double.NaN));
  }

  @ParameterizedTest
  @ValueSource(strings = {"[]", "\"{}\"", "1", "true", "null"})
  void anObjectMayBeAskedFor(String other) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Json.readObject(other))
        .withMessage("The JSON document must be an object.");
  }
}
