package com.jstorrent.iodaemon.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class FrameMemoryTest {
  private static final int LARGE = 100_000;
  private static final int LARGER = 200_000;

  private final FrameMemory memory = new FrameMemory();

  @Test
  void theMemoryOfALargeFrameIsUsedAgain() {
    ByteBuffer first = memory.take(LARGE);
    assertThat(first.isDirect()).isTrue();
    first.position(LARGE);
    memory.giveBack(first);
    ByteBuffer second = memory.take(LARGER);
    assertThat(second).isSameAs(first);
    assertThat(second.position()).isZero();
    assertThat(second.limit()).isEqualTo(LARGER);
    assertThat(memory.take(LARGER)).isNotSameAs(second);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 10_000, 1 << 20})
  void otherFramesAreOnTheHeap(int bytes) {
    ByteBuffer own = memory.take(bytes);
    assertThat(own.isDirect()).isFalse();
    assertThat(own.remaining()).isEqualTo(bytes);
    memory.giveBack(own);
    assertThat(memory.take(bytes)).isNotSameAs(own);
  }

  @Test
  void whenTheJvmHasNoneLeftItIsNotAskedAgain() {
    AtomicInteger asked = new AtomicInteger();
    FrameMemory scarce =
        new FrameMemory(
            bytes -> {
              if (asked.incrementAndGet() > 1) {
                throw new OutOfMemoryError("Cannot reserve direct buffer memory.");
              }
              return ByteBuffer.allocateDirect(bytes);
            });
    ByteBuffer first = scarce.take(LARGE);
    assertThat(scarce.take(LARGE).isDirect()).isFalse();
    assertThat(scarce.take(LARGE).isDirect()).isFalse();
    assertThat(asked).hasValue(2);
    scarce.giveBack(first);
    assertThat(scarce.take(LARGE)).isSameAs(first);
  }

  @Test
  void whenAllIsInUseALargeFrameIsOnTheHeap() {
    List<ByteBuffer> used = new ArrayList<>();
    for (int i = 0; i < FrameMemory.MAX_BUFFERS; i++) {
      used.add(memory.take(LARGE));
    }
    assertThat(used).allMatch(ByteBuffer::isDirect);
    assertThat(memory.take(LARGE).isDirect()).isFalse();
    memory.giveBack(used.getFirst());
    assertThat(memory.take(LARGE)).isSameAs(used.getFirst());
  }
}
