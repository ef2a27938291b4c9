package com.jstorrent.iodaemon.net.relay;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.transport.BufferPool;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class KeptBytesTest {
  private static final int SEGMENT = 4 << 10;

  private final BufferPool lenders = new BufferPool(3 * SEGMENT, 4);
  private final KeptBytes kept = new KeptBytes(new BufferPool(SEGMENT, 4));

  private byte[] read(long position, int count) {
    ByteBuffer into = ByteBuffer.allocate(count);
    kept.read(position, into);
    return into.array();
  }

  @Test
  void bytesAreReadWhereTheyWereAppendedWhateverWasDiscardedMeanwhile() {
    long seed = System.nanoTime();
    System.out.println("KeptBytesTest seed " + seed);
    Random random = new Random(seed);
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (int i = 0; i < 2000; i++) {
      byte[] more = new byte[random.nextInt(3 * SEGMENT)];
      random.nextBytes(more);
      all.writeBytes(more);
      ByteBuffer lent = random.nextBoolean() ? lenders.take().put(more).flip() : null;
      if (lent == null) {
        kept.append(ByteBuffer.wrap(more));
      } else {
        kept.lend(lent, lenders);
      }
      assertThat(kept.end()).isEqualTo(all.size());
      boolean early = random.nextBoolean();
      if (early && lent != null) {
        assertThat(kept.settle(lent)).isTrue();
      }
      kept.discardTo(kept.start() + (long) (random.nextDouble() * (kept.end() - kept.start())));
      if (!early && lent != null && !kept.settle(lent)) {
        lenders.give(lent);
      }
      int count = (int) (random.nextDouble() * (kept.end() - kept.start()));
      long position = kept.end() - count;
      assertThat(read(position, count))
          .isEqualTo(Arrays.copyOfRange(all.toByteArray(), (int) position, all.size()));
      if (all.size() > 1 << 20) {
        return;
      }
    }
  }

  @Test
  void aBufferThatWasLentGoesToItsPoolWhenItsBytesAreForgotten() {
    ByteBuffer lent = lenders.take().limit(10);
    kept.lend(lent, lenders);
    assertThat(kept.settle(lent)).isTrue();
    assertThat(kept.capacity()).isEqualTo(lenders.bufferBytes());
    kept.discardTo(9);
    assertThat(lenders.inUse()).isEqualTo(1);
    kept.discardTo(10);
    assertThat(lenders.inUse()).isZero();
    assertThat(kept.capacity()).isZero();
  }

  @Test
  void eachBufferThatWasLentIsSettledByItself() {
    List<ByteBuffer> lent = Stream.generate(() -> lenders.take().limit(10)).limit(3).toList();
    lent.forEach(buffer -> kept.lend(buffer, lenders));
    kept.discardTo(10);
    assertThat(kept.settle(lent.get(2))).isTrue();
    assertThat(kept.settle(lent.get(1))).isTrue();
    assertThat(kept.settle(lent.get(1))).isFalse();
    assertThat(kept.settle(lent.getFirst())).isFalse();
    assertThat(lenders.inUse()).isEqualTo(3);
    kept.discardTo(30);
    assertThat(lenders.inUse()).isEqualTo(1);
  }

  @Test
  void fewBytesTakeLittleMemoryAndNoneTakeNone() {
    assertThat(kept.capacity()).isZero();
    kept.append(ByteBuffer.wrap(new byte[20]));
    assertThat(kept.capacity()).isLessThanOrEqualTo(512);
    kept.append(ByteBuffer.wrap(new byte[5 * SEGMENT]));
    assertThat(kept.capacity()).isBetween(5L * SEGMENT, 8L * SEGMENT);
    kept.discardTo(kept.end());
    assertThat(kept.capacity()).isZero();
  }
}
