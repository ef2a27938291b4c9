package com.jstorrent.iodaemon.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.jstorrent.iodaemon.failure.FailureCode;
import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.stats.live.Stats;
import com.jstorrent.iodaemon.work.WorkerPool;
import com.jstorrent.iodaemon.work.WorkerPool.Pending;
import com.jstorrent.iodaemon.work.WorkerPool.Priority;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** PROTOCOL.md § 5.4: how long jobs on files wait and take, by a clock that only the test moves. */
class FileJobTimesTest {
  private final AtomicLong now = new AtomicLong(-1_000_000_000); // nanoTime may be negative
  private final Stats stats = new Stats();

  @AutoClose
  private final WorkerPool pool = new WorkerPool("test", 1, now::get, new FileJobTimes(stats));

  private long pass(long millis) {
    return now.addAndGet(TimeUnit.MILLISECONDS.toNanos(millis));
  }

  private void assertCounted(long jobs, long waited, long ran, long slow) {
    assertThat(stats.get(Counter.FILE_JOBS)).isEqualTo(jobs);
    assertThat(stats.get(Counter.FILE_WAIT_MICROSECONDS)).isEqualTo(1000 * waited);
    assertThat(stats.get(Counter.FILE_RUN_MICROSECONDS)).isEqualTo(1000 * ran);
    assertThat(stats.get(Counter.FILE_JOBS_SLOW)).isEqualTo(slow);
  }

  @Test
  void aJobOnTheCallersThreadTakesItsTimeAndDoesNotWait() throws Exception {
    assertThat(pool.call(Priority.BULK, () -> pass(100))).isEqualTo(now.get());
    assertCounted(1, 0, 100, 0);
    pool.call(Priority.BULK, () -> pass(101));
    assertCounted(2, 0, 201, 1);
  }

  @Test
  void aQueuedJobAlsoCountsItsWait() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    Pending<Boolean> first =
        pool.begin(
            Priority.BULK,
            () -> {
              running.countDown();
              try {
                return go.await(1, TimeUnit.HOURS);
              } catch (InterruptedException e) {
                throw new AssertionError(e);
              }
            });
    running.await();
    Pending<Long> second = pool.begin(Priority.BULK, () -> pass(7));
    pass(60);
    go.countDown();
    assertThat(first.await()).isTrue();
    second.await();
    assertCounted(2, 60, 67, 0);
  }

  @Test
  void aJobThatFailsIsCountedToo() {
    assertThatThrownBy(
        () -> pool.call(
            Priority.URGENT,
            () -> {
              pass(3);
              throw new OperationFailure(FailureCode.ENOENT, "There is no such file.");
            }))
        .isInstanceOf(OperationFailure.class);
    assertCounted(1, 0, 3, 0);
  }
}
