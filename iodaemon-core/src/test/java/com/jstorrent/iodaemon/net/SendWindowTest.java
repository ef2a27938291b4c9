package com.jstorrent.iodaemon.net;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.memory.MemoryAccount;
import com.jstorrent.iodaemon.memory.MemoryBudget;
import com.jstorrent.iodaemon.memory.MemoryUse;
import com.jstorrent.iodaemon.memory.Share;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.stats.live.Stats;
import com.jstorrent.iodaemon.testkit.time.ManualClock;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The arithmetic of PROTOCOL.md § 9.2, towards peers. */
class SendWindowTest {
  private static final long FIRST = Limits.DEFAULT.sendCreditBytes();
  private static final long MAX = Limits.SEND_WINDOW_BYTES;

  private static final long MEMORY = Limits.USEFUL_MEMORY_BYTES;

  private final Stats stats = new Stats();
  private final MemoryBudget budget =
      new MemoryBudget(MEMORY, MEMORY, stats, new ManualClock());
  private final MemoryAccount others = budget.open(Share.RESERVED);

  private CreditPool pool() {
    return new CreditPool(Limits.DEFAULT, budget, stats);
  }

  /** Others hold so much of the memory. */
  private void use(long bytes) {
    others.release(MemoryUse.PEER_QUEUES, others.held());
    others.take(MemoryUse.PEER_QUEUES, bytes);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
      "nothing is taken,                              800,  800, 1000,    0",
      "less than half is taken,                       401,  800, 1000,    0",
      "half is taken,                                 400,  800, 1000,  600",
      "all is taken,                                    0,  800, 1000, 1000",
      "memory has become short and half is taken,     400,  800,  300,    0",
      "memory has become short and nearly all is,     150,  800,  300,  150",
      "the client has overdrawn its credit,          -500,  800, 1000, 1500",
      "a grant is an unsigned number of 32 bits, -9000000000, 800, 1000, 4294967295"
  })
  void theWindowIsFilledUpWhenHalfOfItIsTaken(
      String when, long outstanding, long window, long target, long grant) {
    assertThat(SendWindow.grant(outstanding, window, target)).as(when).isEqualTo(grant);
  }

  @ParameterizedTest(name = "{0} bytes free")
  @CsvSource({
      "8000000, 1000", // first, and as much of an eighth as fits
      "8000,    1000",
      "7200,    1000",
      "7192,     999",
      "80,       110",
      "7,        100",
      "0,        100",
      "-5000,    100"
  })
  void aWindowIsAnEighthOfWhatIsFree(long free, long window) {
    assertThat(CreditPool.window(100, 1000, free)).isEqualTo(window);
  }

  @Test
  void aSocketBeginsWithTheFirstCreditAndThenHasAWholeWindow() {
    SendWindow window = new SendWindow(pool());
    assertThat(window.covers(FIRST)).isTrue();
    assertThat(window.covers(FIRST + 1)).isFalse();
    assertThat(window.isDue(FIRST / 2 - 1)).isFalse();
    assertThat(window.isDue(FIRST / 2)).isTrue();
    assertThat(window.grant(FIRST / 2)).isEqualTo(MAX - FIRST / 2);
    assertThat(window.covers(FIRST / 2 + MAX)).isTrue();
    assertThat(window.covers(FIRST / 2 + MAX + 1)).isFalse();
  }

  @Test
  void allSocketsTogetherHoldLessThanTheQueuesOfAConnection() {
    CreditPool pool = pool();
    List<Long> windows = new ArrayList<>();
    for (int i = 0; i < Limits.DEFAULT.sockets(); i++) {
      windows.add(new SendWindow(pool).grant(FIRST));
    }
    assertThat(windows.getFirst()).isEqualTo(MAX);
    assertThat(windows.getLast()).isGreaterThanOrEqualTo(FIRST);
    assertThat(windows.stream().mapToLong(Long::longValue).sum())
        .isLessThanOrEqualTo(Limits.DEFAULT.sessionQueueBytes());
  }

  @Test
  void longQueuesMakeWindowsSmallerAndNeverEndThem() {
    CreditPool pool = pool();
    SendWindow window = new SendWindow(pool);
    long written = FIRST;
    written += window.grant(written);
    use(MEMORY - MAX);
    long smaller = window.grant(written);
    assertThat(smaller).isBetween(FIRST, MAX / 2);
    written += smaller;
    use(2 * MEMORY);
    assertThat(window.grant(written)).isEqualTo(FIRST);
    assertThat(stats.get(Counter.SEND_CREDIT_BYTES)).isZero();
    use(0);
    assertThat(window.grant(written + FIRST)).isEqualTo(MAX);
  }

  @Test
  void whatASocketCannotBeGrantedAnyMoreIsThereForOthers() {
    CreditPool pool = pool();
    SendWindow window = new SendWindow(pool);
    long written = FIRST + window.grant(FIRST) - MAX / 2;
    use(MEMORY);
    assertThat(window.grant(written)).isZero();
    assertThat(stats.get(Counter.SEND_CREDIT_BYTES)).isEqualTo(MAX / 2 - FIRST);
    assertThat(window.isDue(written)).isFalse();
    assertThat(window.isDue(written + MAX / 4)).isTrue();
    window.release();
    assertThat(stats.get(Counter.SEND_CREDIT_BYTES)).isZero();
  }
}
