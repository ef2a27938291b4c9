package com.jstorrent.iodaemon.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class FrameBufferPoolTest {
  private static final int LARGE = 100_000;
  private static final int LARGER = 200_000;

  private final FrameBufferPool pool = new FrameBufferPool();

  @Test
  void theMemoryOfALargeFrameIsUsedAgain() {
    ByteBuffer first = pool.acquire(LARGE);
    assertThat(first.isDirect()).isTrue();
    first.position(LARGE);
    pool.release(first);
    ByteBuffer second = pool.acquire(LARGER);
    assertThat(second).isSameAs(first);
    assertThat(second.position()).isZero();
    assertThat(second.limit()).isEqualTo(LARGER);
    assertThat(pool.acquire(LARGER)).isNotSameAs(second);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 10_000, 1 << 20})
  void otherFramesAreOnTheHeap(int bytes) {
    ByteBuffer own = pool.acquire(bytes);
    assertThat(own.isDirect()).isFalse();
    assertThat(own.remaining()).isEqualTo(bytes);
    pool.release(own);
    assertThat(pool.acquire(bytes)).isNotSameAs(own);
  }

  @Test
  void whenTheJvmHasNoneLeftItIsNotAskedAgain() {
    AtomicInteger asked = new AtomicInteger();
    FrameBufferPool scarce =
        new FrameBufferPool(
            bytes -> {
              if (asked.incrementAndGet() > 1) {
                throw new OutOfMemoryError("Cannot reserve direct buffer memory.");
              }
              return ByteBuffer.allocateDirect(bytes);
            });
    ByteBuffer first = scarce.acquire(LARGE);
    assertThat(scarce.acquire(LARGE).isDirect()).isFalse();
    assertThat(scarce.acquire(LARGE).isDirect()).isFalse();
    assertThat(asked).hasValue(2);
    scarce.release(first);
    assertThat(scarce.acquire(LARGE)).isSameAs(first);
  }

  @Test
  void aBufferThatIsNeededIsOnTheHeapWhenTheJvmHasNoneLeft() {
    ByteBuffer buffer =
        FrameBufferPool.allocate(
            100,
            bytes -> {
              throw new OutOfMemoryError("Cannot reserve direct buffer memory.");
            });
    assertThat(buffer.isDirect()).isFalse();
    assertThat(buffer.remaining()).isEqualTo(100);
    assertThat(FrameBufferPool.allocate(100, ByteBuffer::allocateDirect).isDirect()).isTrue();
  }

  @Test
  void whenAllIsInUseALargeFrameIsOnTheHeap() {
    List<ByteBuffer> used = new ArrayList<>();
    for (int i = 0; i < FrameBufferPool.MAX_BUFFERS; i++) {
      used.add(pool.acquire(LARGE));
    }
    assertThat(used).allMatch(ByteBuffer::isDirect);
    assertThat(pool.acquire(LARGE).isDirect()).isFalse();
    pool.release(used.getFirst());
    assertThat(pool.acquire(LARGE)).isSameAs(used.getFirst());
  }
}
