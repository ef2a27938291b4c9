package com.jstorrent.iodaemon.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.frame.Errno;
import com.jstorrent.iodaemon.frame.Opcode;
import com.jstorrent.iodaemon.testkit.Contract;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The tables of PROTOCOL.md § 3.2, § 3.6 and § 8 match the code. */
class ContractTablesTest {
  private static final long MIB = 1 << 20;
  private static final long KIB = 1 << 10;

  /** One row of PROTOCOL.md § 8. */
  private record Row(String name, String value, List<String> sections) {}

  private static Stream<Row> limits() throws Exception {
    return Contract.read()
        .table("8", 5)
        .stream()
        .map(
            cells -> new Row(
                cells.get(1).replace("`", ""), cells.get(2), List.of(cells.get(3).split(", "))));
  }

  @ParameterizedTest
  @MethodSource("limits")
  void aLimitHasTheValueOfTheTableAndASectionThatExists(Row row) throws Exception {
    assertThat(row.value).isEqualTo(text(row.name, value(row.name)));
    assertThat(Contract.read().sections()).containsKeys(row.sections.toArray(new String[0]));
  }

  @Test
  void eachLimitThatCanBeSetIsInTheTable() throws Exception {
    assertThat(limits().map(Row::name))
        .containsAll(
            Arrays.stream(Limits.class.getDeclaredMethods())
                .filter(ContractTablesTest::isLimit)
                .map(Method::getName)
                .toList());
  }

  @Test
  void errnoOfTheTableAreThoseOfTheCode() throws Exception {
    assertThat(Contract.read().table("3.6", 3).stream().map(row -> row.get(0) + " " + row.get(1)))
        .containsExactlyElementsOf(
            Arrays.stream(Errno.values())
                .filter(errno -> errno != Errno.OK)
                .map(errno -> errno.number() + " " + errno)
                .toList());
  }

  /** Some rows have two or three opcodes: {@code | 06 / 07 | RESUME / RESUMED **[ext]** |}. */
  @Test
  void opcodesOfTheTableAreThoseOfTheCode() throws Exception {
    List<String> rows = new ArrayList<>();
    for (List<String> row : Contract.read().table("3.2", 4)) {
      String[] codes = row.get(0).split(" / ");
      String[] names = row.get(1).replace(" **[ext]**", "").split(" / ");
      for (int i = 0; i < codes.length; i++) {
        rows.add(codes[i] + " " + names[i]);
      }
    }
    assertThat(rows)
        .containsExactlyElementsOf(
            Arrays.stream(Opcode.values())
                .map(opcode -> "%02X %s".formatted(opcode.code(), opcode))
                .toList());
  }

  private static boolean isLimit(Method method) {
    return Modifier.isPublic(method.getModifiers())
        && !Modifier.isStatic(method.getModifiers())
        && method.getParameterCount() == 0
        && !method.getName().equals("hashCode")
        && List.of(int.class, long.class, Duration.class).contains(method.getReturnType());
  }

  private static Object value(String name) throws Exception {
    return Character.isUpperCase(name.charAt(0))
        ? Limits.class.getField(name).get(null)
        : Limits.class.getMethod(name).invoke(Limits.DEFAULT);
  }

  private static String text(String name, Object value) {
    if (value instanceof Duration time) {
      return time.toMillisPart() > 0 ? time.toMillis() + " ms"
          : time.equals(Duration.ofDays(time.toDays())) ? time.toDays() + " d"
          : time.toSeconds() + " s";
    }
    if (name.equals("memoryBytes")) { // depends on the JVM
      return "as the heap, from %d to %d MiB"
          .formatted(Limits.LEAST_MEMORY_BYTES / MIB, Limits.USEFUL_MEMORY_BYTES / MIB);
    }
    long number = ((Number) value).longValue();
    if (name.toLowerCase(Locale.ROOT).contains("bytes")) {
      return number % MIB == 0 ? number / MIB + " MiB" : number / KIB + " KiB";
    }
    return String.format(Locale.ROOT, "%,d", number);
  }
}
