package com.jstorrent.iodaemon.ws;

import static com.jstorrent.iodaemon.ws.ClientBytes.BINARY;
import static com.jstorrent.iodaemon.ws.ClientBytes.FIN;
import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.transport.BufferPool;
import com.jstorrent.iodaemon.transport.CloseReason;
import com.jstorrent.iodaemon.transport.LargeFrame;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Test;

/**
 * Messages arrive whole, wherever the network splits them and the client pauses, and hold memory for no more than
 * what has arrived.
 */
class PartedReadsTest {
  private static final int SEGMENT = Limits.SEGMENT_BYTES;
  private static final int BUFFER = 2 * SEGMENT + 999;
  private static final int LIMIT = 16 << 20;
  private static final int LARGEST_HEADER = 14;
  private static final int[] SIZES = {
      0, 1, 125, 126, SEGMENT / 2, SEGMENT / 2 + 1, SEGMENT - 1, SEGMENT, SEGMENT + 1,
      BUFFER - LARGEST_HEADER, BUFFER - LARGEST_HEADER + 1, BUFFER, BUFFER + 1,
      3 * SEGMENT, 3 * SEGMENT + 1, 5 * SEGMENT - 1, 9 * SEGMENT + 7
  };

  private final BufferPool buffers = new BufferPool(BUFFER, 1);
  private final BufferPool segments = new BufferPool(SEGMENT, 4);
  private final List<String> seen = new ArrayList<>();
  private final List<String> expected = new ArrayList<>();
  private final WebSocketReader reader =
      new WebSocketReader(new Recorder(), Buffers.of(buffers), Buffers.of(segments));
  private Random random = new Random(1);
  private ClientBytes wire = new ClientBytes(random);

  /** Gives bytes in portions; 0 is a pause, which is over when the reader waits for bytes. */
  private final class Parts {
    private final ByteBuffer bytes;
    private final IntUnaryOperator portion;

    /**
     * @param portion maps the index of the next byte to how many follow at once
     */
    Parts(byte[] bytes, IntUnaryOperator portion) {
      this.bytes = ByteBuffer.wrap(bytes);
      this.portion = portion;
    }

    void readAll() throws IOException {
      while (reader.run(this::busy)) {
        assertThat(buffers.inUse()).as("buffers during a pause").isZero();
        assertThat(segments.inUse()).isLessThanOrEqualTo(bytes.position() / SEGMENT + 1);
        reader.awaitBytes(this::idle);
      }
    }

    private int busy(ByteBuffer into) {
      return read(into, portion.applyAsInt(bytes.position()));
    }

    private int idle(ByteBuffer into) {
      return read(into, Math.max(1, portion.applyAsInt(bytes.position())));
    }

    private int read(ByteBuffer into, int most) {
      if (!bytes.hasRemaining()) {
        return -1;
      }
      return move(bytes, into, most);
    }
  }

  private void expect(byte[] content) {
    expected.add("binary " + content.length + " " + Arrays.hashCode(content));
  }

  private void assertEverythingCameAndNothingIsHeld(String how) {
    assertThat(seen).as(how).isEqualTo(expected);
    assertThat(segments.inUse()).as(how).isZero();
    reader.release();
    assertThat(buffers.inUse()).as(how).isZero();
    seen.clear();
    expected.clear();
  }

  @Test
  void anySequenceOfSizesFragmentsPortionsAndPauses() throws Exception {
    long first = new Random().nextLong();
    System.out.println("PartedReadsTest begins with seed " + first);
    for (long seed = first; seed < first + 300; seed++) {
      random = new Random(seed);
      wire = new ClientBytes(random);
      for (int i = random.nextInt(4); i >= 0; i--) {
        int size = SIZES[random.nextInt(SIZES.length)];
        int fragment = random.nextBoolean() ? size : 1 + size / (1 + random.nextInt(40));
        if (size == 0) {
          wire.frame(FIN | BINARY, new byte[0]);
          expect(new byte[0]);
        } else {
          expect(wire.message(size, fragment, false));
        }
      }
      int most = 1 << random.nextInt(18);
      new Parts(wire.take(), at -> random.nextInt(20) == 0 ? 0 : 1 + random.nextInt(most))
          .readAll();
      assertEverythingCameAndNothingIsHeld("seed " + seed);
    }
  }

  /** With a pause at the split, and without one. */
  @Test
  void aSplitAtEachByteAroundTheEdges() throws Exception {
    int size = 4 * SEGMENT + 3;
    int header = LARGEST_HEADER;
    for (int pauses = 0; pauses < 2; pauses++) {
      for (int edge : new int[] {0, SEGMENT, BUFFER - header, BUFFER, 3 * SEGMENT, size}) {
        for (int split = edge - 9; split <= edge + header + 9; split++) {
          expect(wire.message(size, size, false));
          expect(wire.message(10, 10, false));
          int end = split;
          boolean[] paused = {pauses == 0};
          new Parts(
              wire.take(),
              at -> {
                if (at == end && !paused[0]) {
                  paused[0] = true;
                  return 0;
                }
                return at < end ? end - at : Integer.MAX_VALUE;
              })
              .readAll();
          assertEverythingCameAndNothingIsHeld("split " + split + ", pauses " + pauses);
        }
      }
    }
  }

  @Test
  void whatIsDeclaredAndDoesNotArriveTakesNoMemory() throws Exception {
    wire.message(LIMIT, LIMIT, false);
    byte[] bytes = wire.take();
    for (int arrived : new int[] {14, 15, 500, SEGMENT, BUFFER, 5 * SEGMENT + 100}) {
      WebSocketReader stopped =
          new WebSocketReader(new Recorder(), Buffers.of(buffers), Buffers.of(segments));
      ByteBuffer some = ByteBuffer.wrap(bytes, 0, arrived);
      boolean paused =
          stopped.run(into -> some.hasRemaining() ? move(some, into, into.remaining()) : 0);
      assertThat(paused).isTrue();
      assertThat(buffers.inUse()).isZero();
      assertThat(segments.inUse()).isLessThanOrEqualTo(arrived / SEGMENT + 1);
      stopped.release();
      assertThat(segments.inUse()).isZero();
    }
  }

  @Test
  void aFrameThatFitsIntoTheBufferWaitsForItsRestInSegments() throws Exception {
    expect(wire.message(BUFFER - LARGEST_HEADER, BUFFER, false));
    ByteBuffer bytes = ByteBuffer.wrap(wire.take());
    int arrived = SEGMENT + 100;
    WebSocketReader.Source some = into -> move(bytes, into, arrived - bytes.position());
    assertThat(reader.run(some)).isTrue();
    assertThat(segments.inUse()).isEqualTo(2);
    assertThat(reader.awaitBytes(into -> move(bytes, into, Integer.MAX_VALUE))).isTrue();
    reader.run(into -> move(bytes, into, Integer.MAX_VALUE));
    assertEverythingCameAndNothingIsHeld("a frame of two parts");
  }

  @Test
  void controlFramesAreHandledDuringAPauseWithoutABuffer() throws Exception {
    ByteBuffer bytes = ByteBuffer.wrap(pingPingAndMessage());
    assertThat(reader.awaitBytes(into -> {
      assertThat(buffers.inUse()).isZero();
      return move(bytes, into, 7); // as much as one ping
    })).isTrue();
    assertThat(seen).containsExactly("control 9 1", "control 9 1");
    assertThat(reader.run(into -> bytes.hasRemaining() ? move(bytes, into, 9) : 0)).isTrue();
    assertThat(seen).hasSize(3);
    assertThat(buffers.inUse()).isZero();
  }

  private byte[] pingPingAndMessage() {
    wire.frame(FIN | ClientBytes.PING, new byte[1]);
    wire.frame(FIN | ClientBytes.PING, new byte[1]);
    wire.message(20, 20, false);
    return wire.take();
  }

  private static int move(ByteBuffer from, ByteBuffer to, int most) {
    int count = Math.min(Math.min(most, from.remaining()), to.remaining());
    to.put(from.slice(from.position(), count));
    from.position(from.position() + count);
    return count;
  }

  private final class Recorder implements WebSocketReader.Sink {
    @Override
    public int messageLimit() {
      return LIMIT;
    }

    @Override
    public void onBinary(ByteBuffer message) {
      record(message);
    }

    @Override
    public void onLargeBinary(LargeFrame message) {
      assertThat(message.remaining()).isGreaterThan(BUFFER - LARGEST_HEADER);
      ByteBuffer whole = ByteBuffer.allocate(message.remaining());
      for (ByteBuffer part; (part = message.next()) != null;) {
        whole.put(part);
      }
      assertThat(segments.inUse()).isZero();
      record(whole.flip());
    }

    private void record(ByteBuffer message) {
      byte[] copy = new byte[message.remaining()];
      message.get(copy);
      seen.add("binary " + copy.length + " " + Arrays.hashCode(copy));
    }

    @Override
    public void onText() {
      seen.add("text");
    }

    @Override
    public void onControl(int opcode, ByteBuffer payload) {
      seen.add("control " + opcode + " " + payload.remaining());
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
