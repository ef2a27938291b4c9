package com.jstorrent.iodaemon.ws;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.transport.BufferPool;
import com.jstorrent.iodaemon.transport.CloseReason;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
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
  private static final int FIN = 0x80;
  private static final int BINARY = 2;
  private static final int PING = 9;
  private static final byte[] NOTHING = {};

  private final ByteArrayOutputStream wire = new ByteArrayOutputStream();
  private final Random random = new Random(1);
  private final List<String> seen = new ArrayList<>();

  private void frame(int first, byte[] payload) {
    byte[] key = new byte[4];
    random.nextBytes(key);
    ByteBuffer bytes = ByteBuffer.allocate(14 + payload.length).put((byte) first);
    if (payload.length < 126) {
      bytes.put((byte) (0x80 | payload.length));
    } else if (payload.length <= 0xFFFF) {
      bytes.put((byte) (0x80 | 126)).putShort((short) payload.length);
    } else {
      bytes.put((byte) (0x80 | 127)).putLong(payload.length);
    }
    bytes.put(key);
    for (int i = 0; i < payload.length; i++) {
      bytes.put((byte) (payload[i] ^ key[i & 3]));
    }
    wire.write(bytes.array(), 0, bytes.position());
  }

  /** Adds a message in fragments of equal size, except for the last one. */
  private byte[] message(int bytes, int fragment, boolean pings) {
    byte[] content = new byte[bytes];
    random.nextBytes(content);
    int first = BINARY;
    for (int at = 0; at < bytes;) {
      int length = Math.min(fragment, bytes - at);
      byte[] part = new byte[length];
      System.arraycopy(content, at, part, 0, length);
      at += length;
      frame(first | (at == bytes ? FIN : 0), part);
      first = 0;
      if (pings && at < bytes) {
        frame(FIN | PING, new byte[] {7});
      }
    }
    return content;
  }

  private void read(int limit) throws Exception {
    seen.clear();
    WebSocketReader reader =
        new WebSocketReader(new Events(limit), new BufferPool(64 << 10, 1));
    reader.prime(ByteBuffer.allocate(0));
    reader.run(
        Channels.newChannel(new ByteArrayInputStream(wire.toByteArray())));
    reader.release();
    wire.reset();
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
    byte[] content = message(limit, fragment, false);
    byte[] next = message(7, 2, true);
    read(limit);
    assertThat(seen)
        .containsExactly(binary(content), "ping", "ping", "ping", binary(next));
    message(limit + 1, fragment, false);
    read(limit);
    assertThat(seen).containsExactly("violation TOO_BIG");
  }

  @Test
  void controlFramesBetweenFragmentsDoNotCount() throws Exception {
    byte[] content = message(4096, 16, true);
    read(4096);
    assertThat(seen).hasSize(256).endsWith("ping", binary(content));
    message(4097, 16, true);
    read(4096);
    assertThat(seen).doesNotContain(binary(content)).endsWith("violation TOO_BIG");
  }

  @Test
  void emptyFragmentsUseNoMemoryAndDoNotCount() throws Exception {
    byte[] content = new byte[100];
    random.nextBytes(content);
    frame(BINARY, NOTHING);
    for (int i = 0; i < 100_000; i++) {
      frame(0, NOTHING);
    }
    frame(0, content);
    for (int i = 0; i < 1000; i++) {
      frame(0, NOTHING);
    }
    frame(FIN, NOTHING);
    frame(BINARY, NOTHING);
    frame(FIN, NOTHING);
    read(100);
    assertThat(seen).containsExactly(binary(content), binary(NOTHING));
  }

  @Test
  void aFragmentThatIsTooLongIsRefusedByItsHeader() throws Exception {
    frame(BINARY, new byte[60]);
    wire.writeBytes(new byte[] {0, (byte) (0x80 | 41), 0, 0, 0, 0});
    read(100);
    assertThat(seen).containsExactly("violation TOO_BIG");
  }

  @Test
  void nestedMessagesAndUnexpectedContinuationsAreViolations()
      throws Exception {
    frame(BINARY, new byte[1]);
    frame(FIN | BINARY, new byte[1]);
    read(100);
    assertThat(seen).containsExactly("violation PROTOCOL_ERROR");
    frame(FIN, new byte[1]);
    read(100);
    assertThat(seen).containsExactly("violation PROTOCOL_ERROR");
    message(10, 2, false);
    frame(0, new byte[1]);
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
