package com.jstorrent.iodaemon.json;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.frame.FrameReader;
import com.jstorrent.iodaemon.frame.FrameWriter;
import com.jstorrent.iodaemon.frame.Opcode;
import com.jstorrent.iodaemon.frame.Opcode.Direction;
import java.lang.reflect.RecordComponent;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Checks the daemon's own codec, in both directions, against {@code docs/frames.json}, which has
 * every frame in hex for the tests of clients in other languages.
 */
class FrameVectorsTest {
  private static final Path FILE = Path.of("..", "docs", "frames.json");
  private static final String TO_DAEMON = "C>D";

  /** An entry of the file. */
  private record Vector(
      String name, String way, String opcode, int requestId, Map<?, ?> fields, byte[] bytes) {

    private boolean toDaemon() {
      return way.equals(TO_DAEMON);
    }

    @Override
    public String toString() {
      return name + " " + way + " " + fields;
    }
  }

  private static Stream<Vector> vectors() throws Exception {
    Map<String, @Nullable Object> file = Json.readObject(Files.readString(FILE));
    return ((List<?>) file.get("frames")).stream().map(entry -> vector((Map<?, ?>) entry));
  }

  private static Vector vector(Map<?, ?> entry) {
    return new Vector(
        (String) entry.get("name"),
        (String) entry.get("way"),
        (String) entry.get("opcode"),
        (int) number(entry.get("requestId")),
        (Map<?, ?>) entry.get("fields"),
        HexFormat.of().parseHex((String) entry.get("hex")));
  }

  /** Unsigned, of up to 64 bits. */
  private static long number(@Nullable Object value) {
    return new BigDecimal(String.valueOf(value)).toBigIntegerExact().longValue();
  }

  @ParameterizedTest
  @MethodSource("vectors")
  void theCodecReadsAndWritesEachVector(Vector vector) throws Exception {
    assertThat(Opcode.valueOf(vector.name).code()).isEqualTo(Integer.decode(vector.opcode));
    ByteBuffer received = ByteBuffer.wrap(vector.bytes);
    Record read =
        vector.toDaemon()
            ? (Record) FrameReader.readClient(FrameReader.clientOpcode(received), received)
            : (Record) FrameReader.readDaemon(received);
    Record made = record(vector);
    assertThat(read).isEqualTo(made);
    ByteBuffer written =
        vector.toDaemon()
            ? FrameWriter.write((ClientFrame) made, 0)
            : FrameWriter.write((DaemonFrame) made, 0);
    if (vector.name.equals("AUTH") && number(vector.fields.get("type")) == 0) {
      return; // the codec ignores the ids after the token and does not write any
    }
    byte[] bytes = new byte[written.remaining()];
    written.get(bytes);
    assertThat(HexFormat.of().formatHex(bytes)).isEqualTo(HexFormat.of().formatHex(vector.bytes));
  }

  @Test
  void thereIsAFrameForEachOpcodeInEachDirection() throws Exception {
    Set<String> expected = new TreeSet<>();
    for (Opcode opcode : Opcode.values()) {
      if (opcode.direction() != Direction.TO_CLIENT) {
        expected.add(opcode + " C>D");
      }
      if (opcode.direction() != Direction.TO_DAEMON) {
        expected.add(opcode + " D>C");
      }
    }
    Set<String> found = new TreeSet<>();
    vectors().forEach(vector -> found.add(vector.name + " " + vector.way));
    assertThat(found).isEqualTo(expected);
  }

  /** The record of the codec with the fields of the file. */
  private static Record record(Vector vector) throws Exception {
    StringBuilder type = new StringBuilder();
    for (String word : vector.name.split("_")) {
      type.append(word.charAt(0)).append(word.substring(1).toLowerCase(Locale.ROOT));
    }
    if (!vector.toDaemon() && vector.name.endsWith("_CLOSE")) {
      type.append('d');
    }
    Class<?> frames = vector.toDaemon() ? ClientFrame.class : DaemonFrame.class;
    Class<?> kind = Class.forName(frames.getName() + "$" + type);
    List<Object> values = new ArrayList<>();
    List<Class<?>> types = new ArrayList<>();
    for (RecordComponent part : kind.getRecordComponents()) {
      types.add(part.getType());
      values.add(
          part.getName().equals("requestId")
              ? vector.requestId
              : value(part.getType(), vector.fields.get(part.getName())));
    }
    return (Record) kind.getDeclaredConstructor(types.toArray(new Class<?>[0]))
        .newInstance(values.toArray());
  }

  private static Object value(Class<?> type, @Nullable Object value) {
    if (type == int.class) {
      return (int) number(value);
    }
    if (type == long.class) {
      return number(value);
    }
    if (type == ByteBuffer.class) {
      return ByteBuffer.wrap(HexFormat.of().parseHex((String) value));
    }
    if (type == List.class) {
      return ((List<?>) value).stream().map(entry -> live((Map<?, ?>) entry)).toList();
    }
    return value;
  }

  private static DaemonFrame.Live live(Map<?, ?> entry) {
    return new DaemonFrame.Live(
        DaemonFrame.Live.Kind.values()[(int) number(entry.get("kind"))],
        (int) number(entry.get("id")),
        DaemonFrame.Live.State.values()[(int) number(entry.get("state"))],
        number(entry.get("toClient")),
        number(entry.get("fromClient")));
  }
}
