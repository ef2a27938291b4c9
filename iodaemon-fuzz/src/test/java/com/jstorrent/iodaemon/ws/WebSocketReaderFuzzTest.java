package com.jstorrent.iodaemon.ws;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.transport.BufferPool;
import com.jstorrent.iodaemon.transport.CloseReason;
import com.jstorrent.iodaemon.transport.LargeFrame;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Any bytes are frames or a violation, however the network splits them. */
class WebSocketReaderFuzzTest {
  private static final int LIMIT = 4 << 10;

  /** The first byte of the input is the size of portions, the second the number of bytes read ahead. */
  @FuzzTest
  void frames(byte[] input) throws IOException {
    if (input.length < 2) {
      return;
    }
    int step = Byte.toUnsignedInt(input[0]) + 1;
    byte[] bytes = Arrays.copyOfRange(input, 2, input.length);
    int ahead = Math.min(Byte.toUnsignedInt(input[1]), bytes.length);
    assertThat(read(bytes, step, ahead)).isEqualTo(read(bytes, bytes.length + 1, 0));
  }

  private static final BufferPool BUFFERS = new BufferPool(64 << 10, 4);
  private static final BufferPool SEGMENTS = new BufferPool(Limits.SEGMENT_BYTES, 4);

  /** Reads the bytes, of which some were read ahead and the others arrive in portions. */
  private static List<String> read(byte[] bytes, int step, int ahead) throws IOException {
    Events events = new Events();
    WebSocketReader reader = new WebSocketReader(events, Buffers.of(BUFFERS), Buffers.of(SEGMENTS));
    reader.prime(ByteBuffer.wrap(bytes, 0, ahead));
    reader.run(new Steps(ByteBuffer.wrap(bytes, ahead, bytes.length - ahead), step));
    return events.seen;
  }

  private static final class Events implements WebSocketReader.Sink {
    private final List<String> seen = new ArrayList<>();

    @Override
    public int messageLimit() {
      return LIMIT;
    }

    @Override
    public void onBinary(ByteBuffer message) {
      assertThat(message.remaining()).isLessThanOrEqualTo(LIMIT);
      byte[] copy = new byte[message.remaining()];
      message.get(copy);
      seen.add("binary " + ByteBuffer.wrap(copy).hashCode() + " " + copy.length);
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
      assertThat(payload.remaining()).isLessThanOrEqualTo(125);
      seen.add(opcode + " " + payload.hashCode() + " " + payload.remaining());
    }

    @Override
    public void onViolation(CloseReason reason, String sentence) {
      assertThat(seen).doesNotContain("violation");
      assertThat(sentence).endsWith(".");
      seen.add("violation");
    }

    @Override
    public boolean isOpen() {
      return true;
    }
  }

  /** A channel that gives a few bytes at a time. */
  private record Steps(ByteBuffer bytes, int step) implements WebSocketReader.Source {
    @Override
    public int read(ByteBuffer into) {
      if (!bytes.hasRemaining()) {
        return -1;
      }
      int count = Math.min(Math.min(step, bytes.remaining()), into.remaining());
      into.put(bytes.slice(bytes.position(), count));
      bytes.position(bytes.position() + count);
      return count;
    }
  }
}
