package com.jstorrent.iodaemon.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
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
  void whenAllIsInUseALargeFrameIsOnTheHeap() {
    List<ByteBuffer> used = new ArrayList<>();
    for (int i = 0; i < FrameMemory.MOST_BUFFERS; i++) {
      used.add(memory.take(LARGE));
    }
    assertThat(used).allMatch(ByteBuffer::isDirect);
    assertThat(memory.take(LARGE).isDirect()).isFalse();
    memory.giveBack(used.getFirst());
    assertThat(memory.take(LARGE)).isSameAs(used.getFirst());
  }
}
