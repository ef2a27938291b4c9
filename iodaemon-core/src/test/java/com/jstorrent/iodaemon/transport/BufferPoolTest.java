package com.jstorrent.iodaemon.transport;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.testkit.time.ManualClock;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class BufferPoolTest {
  private static final int BYTES = 100;

  private final ManualClock clock = new ManualClock();
  private final AtomicLong discarded = new AtomicLong();
  private final BufferPool trimmed =
      BufferPool.trimmed(BYTES, 2, clock, discarded::addAndGet);

  private static List<ByteBuffer> take(BufferPool pool, int count) {
    List<ByteBuffer> taken = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      taken.add(pool.take());
    }
    return taken;
  }

  @Test
  void eachBufferHasItsSizeAndBeginsAtACacheLine() {
    for (int bytes : new int[] {1, 63, 64, 65, BYTES, 256 << 10}) {
      ByteBuffer buffer = new BufferPool(bytes, 1).take();
      assertThat(buffer.capacity()).isEqualTo(bytes);
      assertThat(buffer.order()).isEqualTo(ByteOrder.BIG_ENDIAN);
      assertThat(buffer.alignmentOffset(0, 64)).as("offset of %d bytes", bytes).isZero();
    }
  }

  @Test
  void withoutAClockItKeepsAFewAtMost() {
    BufferPool pool = new BufferPool(BYTES, 2);
    take(pool, 5).forEach(pool::give);
    assertThat(pool.idle()).isEqualTo(2);
  }

  @Test
  void whatABurstHasUsedIsThereForTheNextOne() {
    List<ByteBuffer> first = take(trimmed, 5);
    first.forEach(trimmed::give);
    clock.advance(Limits.IDLE_BUFFERS);
    assertThat(take(trimmed, 5)).containsExactlyInAnyOrderElementsOf(first);
  }

  @Test
  void whatIsIdleForLongGoesExceptForAFew() {
    take(trimmed, 5).forEach(trimmed::give);
    clock.advance(Limits.IDLE_BUFFERS.multipliedBy(2));
    assertThat(trimmed.idle()).isEqualTo(2);
    assertThat(discarded).hasValue(3 * BYTES);
    assertThat(clock.waiting()).as("tasks").isZero();
  }

  @Test
  void whatIsUsedAgainAndAgainStays() {
    take(trimmed, 5).forEach(trimmed::give);
    for (int i = 0; i < 10; i++) {
      take(trimmed, 4).forEach(trimmed::give);
      clock.advance(Limits.IDLE_BUFFERS);
    }
    assertThat(trimmed.idle()).isEqualTo(4);
    assertThat(discarded).hasValue(BYTES);
  }

  @Test
  void buffersThatAreNotFromThePoolAreNeitherKeptNorCounted() {
    trimmed.give(ByteBuffer.allocateDirect(BYTES + 1));
    trimmed.give(ByteBuffer.allocate(BYTES));
    assertThat(trimmed.idle()).isZero();
    assertThat(trimmed.inUse()).isZero();
  }
}
