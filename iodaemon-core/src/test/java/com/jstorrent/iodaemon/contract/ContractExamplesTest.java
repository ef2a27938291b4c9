package com.jstorrent.iodaemon.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.frame.Capability;
import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.FrameReader;
import com.jstorrent.iodaemon.frame.FrameWriter;
import com.jstorrent.iodaemon.frame.Opcode;
import com.jstorrent.iodaemon.testkit.Contract;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The examples in hex of PROTOCOL.md § 9, as the daemon's codec reads and writes them. */
class ContractExamplesTest {
  private static final Pattern EXAMPLE =
      Pattern.compile("(C→D|D→C) ([A-Z_]+) +((?:[0-9a-f]{2})+(?: +(?:[0-9a-f]{2})+)*)");

  /** A line such as {@code C→D TCP_CREDIT 01 1c 0000 …}. */
  private record Example(boolean toDaemon, String name, byte[] bytes) {
    @Override
    public String toString() {
      return name + " " + HexFormat.of().formatHex(bytes);
    }
  }

  private static Stream<Example> examples(List<String> lines) {
    return lines.stream()
        .map(EXAMPLE::matcher)
        .filter(Matcher::matches)
        .map(
            line -> new Example(
                line.group(1).equals("C→D"),
                line.group(2),
                HexFormat.of().parseHex(line.group(3).replace(" ", ""))));
  }

  private static Stream<Example> all() throws Exception {
    return Contract.read().sections().values().stream().flatMap(ContractExamplesTest::examples);
  }

  @ParameterizedTest
  @MethodSource("all")
  void theCodecReadsAndWritesEachExample(Example example) throws Exception {
    ByteBuffer bytes = ByteBuffer.wrap(example.bytes);
    assertThat(Byte.toUnsignedInt(bytes.get(1))).isEqualTo(Opcode.valueOf(example.name).code());
    ByteBuffer written =
        example.toDaemon ? rewritten(bytes) : FrameWriter.write(FrameReader.readDaemon(bytes), 0);
    assertThat(written).isEqualTo(bytes);
  }

  private static ByteBuffer rewritten(ByteBuffer bytes) throws Exception {
    ClientFrame frame = FrameReader.readClient(FrameReader.clientOpcode(bytes), bytes);
    return FrameWriter.write(frame, 0);
  }

  @ParameterizedTest
  @EnumSource
  void eachCapabilityHasAnExampleThatAsksForItAndOneMore(Capability capability) throws Exception {
    List<String> section =
        Contract.read()
            .sections()
            .values()
            .stream()
            .filter(lines -> lines.getFirst().endsWith(" `" + capability.label() + "`"))
            .findFirst()
            .orElseThrow();
    String hello =
        HexFormat.of().formatHex(("{\"caps\":[\"" + capability.label() + "\"]}").getBytes("UTF-8"));
    assertThat(examples(section).map(Example::toString))
        .hasSizeGreaterThan(1)
        .first()
        .asString()
        .startsWith(Opcode.CLIENT_HELLO.name())
        .endsWith(hello);
  }
}
