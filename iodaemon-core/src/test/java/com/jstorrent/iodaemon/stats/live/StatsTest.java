package com.jstorrent.iodaemon.stats.live;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.frame.Errno;
import com.jstorrent.iodaemon.stats.Counter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** PROTOCOL.md § 5.4: what a session counts is also counted for the daemon. */
class StatsTest {
  private final Stats whole = new Stats();

  @Test
  void aPartsCountIsAddedToTheWholeAndToNoOtherPart() {
    Stats one = whole.part();
    Stats other = whole.part();
    one.add(Counter.BYTES_SENT, 5);
    other.add(Counter.BYTES_SENT, 7);
    whole.add(Counter.BYTES_SENT, 100);
    assertThat(one.get(Counter.BYTES_SENT)).isEqualTo(5);
    assertThat(other.get(Counter.BYTES_SENT)).isEqualTo(7);
    assertThat(whole.get(Counter.BYTES_SENT)).isEqualTo(112);
  }

  @Test
  void aGaugeThatIsZeroInAllPartsIsZeroInTheWhole() {
    Stats one = whole.part();
    Stats nested = one.part();
    one.increment(Counter.TCP_SOCKETS);
    nested.increment(Counter.TCP_SOCKETS);
    assertThat(whole.get(Counter.TCP_SOCKETS)).isEqualTo(2);
    nested.decrement(Counter.TCP_SOCKETS);
    one.decrement(Counter.TCP_SOCKETS);
    assertThat(whole.snapshot())
        .hasSize(Counter.values().length)
        .allSatisfy((counter, value) -> assertThat(value).as(counter.label()).isZero());
  }

  @Test
  void firstAdditionsOfManyThreadsAreAllCounted() throws Exception {
    int threads = 8;
    for (int i = 0; i < 1000; i++) {
      Stats part = whole.part();
      CyclicBarrier together = new CyclicBarrier(threads);
      List<Thread> adding = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        adding.add(
            Thread.ofVirtual()
                .start(
                    () -> {
                      try {
                        together.await();
                      } catch (InterruptedException | BrokenBarrierException e) {
                        throw new AssertionError(e);
                      }
                      part.increment(Counter.BYTES_SENT);
                    }));
      }
      for (Thread each : adding) {
        each.join();
      }
      assertThat(part.get(Counter.BYTES_SENT)).isEqualTo(threads);
    }
  }

  @Test
  void failedConnectsOfAllPartsAreCountedByTheirErrno() {
    Stats part = whole.part();
    part.connectFailed(Errno.ETIMEDOUT);
    part.part().connectFailed(Errno.ECONNREFUSED);
    whole.part().connectFailed(Errno.ECONNREFUSED);
    assertThat(whole.connectErrors())
        .containsExactly(Map.entry(Errno.ETIMEDOUT, 1L), Map.entry(Errno.ECONNREFUSED, 2L));
    assertThat(whole.get(Counter.CONNECT_FAILURES)).isEqualTo(3);
    assertThat(part.get(Counter.CONNECT_FAILURES)).isEqualTo(2);
  }

  @Test
  void aMeasuredValueIsAskedForEachTimeAndIsNoPartsOwn() {
    AtomicLong source = new AtomicLong(5);
    Stats part = whole.part();
    whole.measure(Counter.HEAP_BYTES, source::get);
    assertThat(whole.get(Counter.HEAP_BYTES)).isEqualTo(5);
    source.set(6);
    assertThat(whole.snapshot()).containsEntry(Counter.HEAP_BYTES, 6L);
    assertThat(part.snapshot()).containsEntry(Counter.HEAP_BYTES, 0L);
  }
}
