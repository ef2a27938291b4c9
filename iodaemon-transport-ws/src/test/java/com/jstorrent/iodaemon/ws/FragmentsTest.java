package com.jstorrent.iodaemon.ws;

import static com.jstorrent.iodaemon.ws.ClientBytes.BINARY;
import static com.jstorrent.iodaemon.ws.ClientBytes.FIN;
import static com.jstorrent.iodaemon.ws.ClientBytes.PING;
import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.transport.BufferPool;
import com.jstorrent.iodaemon.transport.CloseReason;
import com.jstorrent.iodaemon.transport.LargeFrame;
import java.io.ByteArrayInputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Fragmented messages (RFC 6455 § 5.4): the limit applies to the bytes of a message, not to its
 * fragments.
 */
class FragmentsTest {
  private static final byte[] NOTHING = {};

  private final Random random = new Random(1);
  private final ClientBytes wire = new ClientBytes(random);
  private final List<String> seen = new ArrayList<>();

  private void read(int limit) throws Exception {
    seen.clear();
    WebSocketReader reader =
        new WebSocketReader(
            new Events(limit),
            Buffers.of(new BufferPool(64 << 10, 1)),
            Buffers.of(new BufferPool(Limits.SEGMENT_BYTES, 0)));
    reader.prime(ByteBuffer.allocate(0));
    reader.run(
        Channels.newChannel(new ByteArrayInputStream(wire.take()))::read);
    reader.release();
  }

  private static String binary(byte[] content) {
    return "binary " + content.length + " " + Arrays.hashCode(content);
  }

  @ParameterizedTest
  @CsvSource({
      "4096, 1", "4096, 3", "4096, 125", "4096, 126", "4096, 4095", "4096, 4096",
      "16777216, 100", "16777216, 65535", "16777216, 65536", "16777216, 16777215"
  })
  void theLimitOfAMessageIsExact(int limit, int fragment)
      throws Exception {
    byte[] content = wire.message(limit, fragment, false);
    byte[] next = wire.message(7, 2, true);
    read(limit);
    assertThat(seen)
        .containsExactly(binary(content), "ping", "ping", "ping", binary(next));
    wire.message(limit + 1, fragment, false);
    read(limit);
    assertThat(seen).containsExactly("violation TOO_BIG");
  }

  @Test
  void controlFramesBetweenFragmentsDoNotCount() throws Exception {
    byte[] content = wire.message(4096, 16, true);
    read(4096);
    assertThat(seen).hasSize(256).endsWith("ping", binary(content));
    wire.message(4097, 16, true);
    read(4096);
    assertThat(seen).doesNotContain(binary(content)).endsWith("violation TOO_BIG");
  }

  @Test
  void emptyFragmentsUseNoMemoryAndDoNotCount() throws Exception {
    byte[] content = new byte[100];
    random.nextBytes(content);
    wire.frame(BINARY, NOTHING);
    for (int i = 0; i < 100_000; i++) {
      wire.frame(0, NOTHING);
    }
    wire.frame(0, content);
    for (int i = 0; i < 1000; i++) {
      wire.frame(0, NOTHING);
    }
    wire.frame(FIN, NOTHING);
    wire.frame(BINARY, NOTHING);
    wire.frame(FIN, NOTHING);
    read(100);
    assertThat(seen).containsExactly(binary(content), binary(NOTHING));
  }

  @Test
  void aFragmentThatIsTooLongIsRefusedByItsHeader() throws Exception {
    wire.frame(BINARY, new byte[60]);
    wire.raw(new byte[] {0, (byte) (0x80 | 41), 0, 0, 0, 0});
    read(100);
    assertThat(seen).containsExactly("violation TOO_BIG");
  }

  @Test
  void nestedMessagesAndUnexpectedContinuationsAreViolations()
      throws Exception {
    wire.frame(BINARY, new byte[1]);
    wire.frame(FIN | BINARY, new byte[1]);
    read(100);
    assertThat(seen).containsExactly("violation PROTOCOL_ERROR");
    wire.frame(FIN, new byte[1]);
    read(100);
    assertThat(seen).containsExactly("violation PROTOCOL_ERROR");
    wire.message(10, 2, false);
    wire.frame(0, new byte[1]);
    read(100);
    assertThat(seen).hasSize(2).endsWith("violation PROTOCOL_ERROR");
  }

  private final class Events implements WebSocketReader.Sink {
    private final int limit;

    Events(int limit) {
      this.limit = limit;
    }

    @Override
    public int messageLimit() {
      return limit;
    }

    @Override
    public void onBinary(ByteBuffer message) {
      byte[] copy = new byte[message.remaining()];
      message.get(copy);
      seen.add(binary(copy));
    }

    @Override
    public void onLargeBinary(LargeFrame message) {
      ByteBuffer whole = ByteBuffer.allocate(message.remaining());
      for (ByteBuffer part; (part = message.next()) != null;) {
        whole.put(part);
      }
      onBinary(whole.flip());
    }

    @Override
    public void onText() {
      seen.add("text");
    }

    @Override
    public void onControl(int opcode, ByteBuffer payload) {
      seen.add(opcode == PING ? "ping" : "control " + opcode);
    }

    @Override
    public void onViolation(CloseReason reason, String sentence) {
      seen.add("violation " + reason);
    }

    @Override
    public boolean isOpen() {
      return true;
    }
  }
}
