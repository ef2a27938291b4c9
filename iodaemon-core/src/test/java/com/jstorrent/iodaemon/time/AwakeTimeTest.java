package com.jstorrent.iodaemon.time;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class AwakeTimeTest {
  private static final long MAX_NANOS = AwakeTime.MAX_BETWEEN_MARKS.toNanos();

  private final AtomicLong real = new AtomicLong(Long.MAX_VALUE - Duration.ofSeconds(5).toNanos());
  private final AwakeTime time = new AwakeTime(real::get);
  private final long start = time.nanoTime();

  private Duration passed() {
    return Duration.ofNanos(time.nanoTime() - start);
  }

  private void pass(Duration step) {
    real.addAndGet(step.toNanos());
  }

  @Test
  void withMarksItEqualsTheSystemsTime() {
    for (int i = 1; i <= 100; i++) {
      pass(AwakeTime.MARK_PAUSE);
      assertThat(passed()).isEqualTo(AwakeTime.MARK_PAUSE.multipliedBy(i));
      time.makeMark();
      assertThat(passed()).isEqualTo(AwakeTime.MARK_PAUSE.multipliedBy(i));
    }
  }

  @Test
  void aSleepAddsAtMostTheBoundWhicheverThreadWakesFirst() {
    pass(Duration.ofHours(8));
    assertThat(passed()).isEqualTo(AwakeTime.MAX_BETWEEN_MARKS);
    time.makeMark();
    assertThat(passed()).isEqualTo(AwakeTime.MAX_BETWEEN_MARKS);
    pass(Duration.ofMillis(1));
    assertThat(passed()).isEqualTo(AwakeTime.MAX_BETWEEN_MARKS.plusMillis(1));
  }

  @Test
  void itDoesNotGoBackWhenTheSystemsClockDoes() {
    pass(Duration.ofSeconds(1));
    time.makeMark();
    pass(Duration.ofSeconds(-100));
    assertThat(passed()).isEqualTo(Duration.ofSeconds(1));
    time.makeMark();
    pass(Duration.ofMillis(7));
    assertThat(passed()).isEqualTo(Duration.ofSeconds(1).plusMillis(7));
  }

  /** What one call of nanoTime has read: the mark possibly long before the time. */
  private record Call(int markIndex, long realTime, long result) {}

  @Provide
  Arbitrary<List<Long>> steps() {
    return Arbitraries.longs().between(0, 3 * MAX_NANOS).list().ofMinSize(2).ofMaxSize(30);
  }

  /**
   * A thread reads the mark and the system's time one after the other. Whatever it has read, a call
   * that begins after another has ended does not return less.
   */
  @Property
  void itNeverGoesBackwardsUnderRaces(@ForAll("steps") List<Long> steps) {
    AtomicLong clock = new AtomicLong();
    List<Long> marksReal = new ArrayList<>(List.of(0L));
    List<Long> marksAwake = new ArrayList<>(List.of(0L));
    List<Call> calls = new ArrayList<>();
    AwakeTime marked = new AwakeTime(clock::get);
    for (int i = 0; i < steps.size(); i++) {
      clock.addAndGet(steps.get(i));
      for (int mark = Math.max(0, marksReal.size() - 2); mark < marksReal.size(); mark++) {
        long since = Math.max(0, Math.min(clock.get() - marksReal.get(mark), MAX_NANOS));
        calls.add(new Call(mark, clock.get(), marksAwake.get(mark) + since));
      }
      assertThat(marked.nanoTime()).isEqualTo(calls.getLast().result);
      if (i % 2 == 0) {
        marked.makeMark();
        marksReal.add(clock.get());
        marksAwake.add(marked.nanoTime());
      }
    }
    for (Call earlier : calls) {
      for (Call later : calls) {
        if (later.markIndex >= earlier.markIndex && later.realTime >= earlier.realTime) {
          assertThat(later.result).isGreaterThanOrEqualTo(earlier.result);
        }
      }
    }
  }
}
