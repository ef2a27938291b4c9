package com.jstorrent.iodaemon.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class BufferCollectionTest {
  private static final Duration LONG = Duration.ofHours(1);

  private final Semaphore collections = new Semaphore(0);

  private void awaitCollection() throws InterruptedException {
    assertThat(collections.tryAcquire(60, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void buffersAreCollectedOnlyWhenThereAreEnoughOfThem() throws Exception {
    AtomicLong discarded = new AtomicLong();
    BlockingQueue<Long> collected = new LinkedBlockingQueue<>();
    BufferCollection collection =
        new BufferCollection(() -> collected.add(discarded.get()), LONG);
    for (long bytes : new long[] {BufferCollection.ENOUGH_BYTES - 1, 1}) {
      discarded.addAndGet(bytes);
      collection.onBuffersDiscarded(bytes);
    }
    assertThat(collected.poll(60, TimeUnit.SECONDS)).isEqualTo(BufferCollection.ENOUGH_BYTES);
  }

  @Test
  void collectionsAreApartAndNoneIsForgotten() throws Exception {
    BufferCollection seldom = new BufferCollection(collections::release, LONG);
    seldom.onBuffersDiscarded(BufferCollection.ENOUGH_BYTES);
    awaitCollection();
    seldom.onBuffersDiscarded(BufferCollection.ENOUGH_BYTES);
    assertThat(collections.availablePermits()).isZero();

    BufferCollection often =
        new BufferCollection(collections::release, Duration.ofMillis(1));
    for (int i = 0; i < 3; i++) {
      often.onBuffersDiscarded(BufferCollection.ENOUGH_BYTES);
      awaitCollection();
    }
  }
}
