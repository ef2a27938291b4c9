package com.jstorrent.iodaemon.http.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.testkit.Peer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** No byte is lost, duplicated or reordered, whichever way it is read. */
class InputBufferTest {
  private static final int LARGE = 1000;

  private final byte[] content = Peer.bytes(1, 20_000);
  private final ByteArrayInputStream source = new ByteArrayInputStream(content);
  private final InputBuffer buffer = new InputBuffer(source);

  @Test
  void smallAndLargeReadsFollowEachOther() throws IOException {
    ByteBuffer all = ByteBuffer.allocate(content.length);
    byte[] some = new byte[LARGE];
    int length = 1;
    for (int count; (count = buffer.read(some, 0, length)) >= 0; length = length * 7 % LARGE + 1) {
      all.put(some, 0, count);
      int next = buffer.read();
      if (next >= 0) {
        all.put((byte) next);
      }
    }
    assertThat(all.array()).isEqualTo(content);
    assertThat(buffer.read()).isEqualTo(-1);
    assertThat(buffer.fill()).isFalse();
  }

  @Test
  void aLargeReadTakesWhatIsThereAndThenGoesPastTheBuffer() throws IOException {
    byte[] some = new byte[content.length];
    buffer.read();
    int there = buffer.length();
    assertThat(buffer.read(some, 0, LARGE)).isEqualTo(Math.min(there, LARGE));
    buffer.take(ByteBuffer.allocate(content.length));
    assertThat(buffer.read(some, 3, LARGE)).isEqualTo(LARGE);
    assertThat(buffer.length()).as("read ahead").isZero();
  }

  @Test
  void fillingKeepsWhatWasNotUsed() throws IOException {
    assertThat(buffer.fill() && buffer.fill()).as("it grows once").isTrue();
    buffer.read(new byte[1], 0, 1);
    int before = buffer.length();
    assertThat(buffer.fill()).isTrue();
    assertThat(buffer.length()).isEqualTo(before + 1);
    int full = source.available();
    assertThat(buffer.fill()).as("a full buffer").isTrue();
    assertThat(source.available()).isEqualTo(full);
    byte[] next = new byte[before + 1];
    assertThat(buffer.take(ByteBuffer.wrap(next))).isEqualTo(next.length);
    assertThat(next).containsExactly(Arrays.copyOfRange(content, 1, before + 2));
  }

  @Test
  void whatItHoldsOutlivesTheMemoryThatItGivesBack() throws IOException {
    buffer.fill();
    buffer.fill();
    byte[] got = new byte[content.length];
    int skipped = buffer.length() - LARGE;
    assertThat(buffer.read(got, 0, skipped)).isEqualTo(skipped);
    buffer.shrink();
    assertThat(buffer.take(ByteBuffer.wrap(got, skipped, LARGE))).isEqualTo(LARGE);
    assertThat(buffer.fill()).isTrue();
    int more = buffer.length();
    assertThat(buffer.read(got, skipped + LARGE, more)).isEqualTo(more);
    assertThat(got).startsWith(Arrays.copyOf(content, skipped + LARGE + more));
  }

  @Test
  void noMoreIsTakenThanThereIsRoomFor() throws IOException {
    buffer.fill();
    ByteBuffer small = ByteBuffer.allocate(3);
    assertThat(buffer.take(small)).isEqualTo(3);
    assertThat(buffer.take(small)).isZero();
    assertThat(buffer.read()).isEqualTo(Byte.toUnsignedInt(content[3]));
  }
}
