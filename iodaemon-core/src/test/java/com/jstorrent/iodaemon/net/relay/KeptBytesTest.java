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

  private final BufferPool owner = new BufferPool(3 * SEGMENT, 4);
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
      ByteBuffer shared = random.nextBoolean() ? owner.take().put(more).flip() : null;
      if (shared == null) {
        kept.append(ByteBuffer.wrap(more));
      } else {
        kept.appendWithoutCopy(shared, owner);
      }
      assertThat(kept.end()).isEqualTo(all.size());
      boolean early = random.nextBoolean();
      if (early && shared != null) {
        assertThat(kept.transferOwnership(shared)).isTrue();
      }
      kept.discardTo(kept.start() + (long) (random.nextDouble() * (kept.end() - kept.start())));
      if (!early && shared != null && !kept.transferOwnership(shared)) {
        owner.give(shared);
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
  void aBufferThatWasNotCopiedGoesToItsPoolWhenItsBytesAreForgotten() {
    ByteBuffer shared = owner.take().limit(10);
    kept.appendWithoutCopy(shared, owner);
    assertThat(kept.transferOwnership(shared)).isTrue();
    assertThat(kept.capacity()).isEqualTo(owner.bufferBytes());
    kept.discardTo(9);
    assertThat(owner.inUse()).isEqualTo(1);
    kept.discardTo(10);
    assertThat(owner.inUse()).isZero();
    assertThat(kept.capacity()).isZero();
  }

  @Test
  void theOwnershipOfEachBufferIsTransferredByItself() {
    List<ByteBuffer> shared = Stream.generate(() -> owner.take().limit(10)).limit(3).toList();
    shared.forEach(buffer -> kept.appendWithoutCopy(buffer, owner));
    kept.discardTo(10);
    assertThat(kept.transferOwnership(shared.get(2))).isTrue();
    assertThat(kept.transferOwnership(shared.get(1))).isTrue();
    assertThat(kept.transferOwnership(shared.get(1))).isFalse();
    assertThat(kept.transferOwnership(shared.getFirst())).isFalse();
    assertThat(owner.inUse()).isEqualTo(3);
    kept.discardTo(30);
    assertThat(owner.inUse()).isEqualTo(1);
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
