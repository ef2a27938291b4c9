package com.jstorrent.iodaemon.launcher;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.stats.live.Stats;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whatever happens to the target, logging never blocks, and every line is written or counted. */
@Timeout(300)
class LogWriterTest {
  private static final long FLUSH_TIMEOUT = Duration.ofMinutes(2).toNanos();

  private final Stats stats = new Stats();
  private final DroppedLines dropped = new DroppedLines();

  /** A target that accepts a given number of lines and then blocks, or fails. */
  private static final class LimitedTarget implements LogWriter.Target {
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private final Semaphore room = new Semaphore(0);
    private final CountDownLatch reached = new CountDownLatch(1);
    private volatile int failures;

    @Override
    public void write(byte[] line) throws IOException {
      reached.countDown();
      room.acquireUninterruptibly();
      room.release();
      if (failures > 0) {
        failures--;
        written.writeBytes(new byte[] {'h', 'a', 'l', 'f'});
        throw new IOException("No space left on device");
      }
      written.writeBytes(line);
    }

    private List<String> lines() {
      return written.toString(UTF_8).lines().toList();
    }
  }

  private static byte[] line(int number, int size) {
    return (number + " " + "x".repeat(size) + "\n").getBytes(UTF_8);
  }

  @Test
  void linesAreWrittenInOrder() {
    LimitedTarget target = new LimitedTarget();
    LogWriter writer = LogWriter.start(target, new LogLine(), dropped);
    for (int i = 0; i < 1000; i++) {
      writer.add(line(i, 1));
    }
    target.room.release();
    assertThat(writer.flush(FLUSH_TIMEOUT)).isPositive();
    assertThat(target.lines()).hasSize(1000).startsWith("0 x", "1 x").endsWith("999 x");
    dropped.countIn(stats);
    assertThat(stats.get(Counter.LOG_LINES_DROPPED)).isZero();
  }

  @Test
  void linesThatDoNotFitAreDroppedCountedAndReportedInTheirPlace() throws Exception {
    LimitedTarget target = new LimitedTarget();
    LogWriter writer = LogWriter.start(target, new LogLine(), dropped);
    writer.add(line(0, 1));
    target.reached.await();
    int kilobyte = 1000;
    int fit = 0;
    for (int size = 0; (size += line(fit, kilobyte).length + 64) <= LogWriter.QUEUE_BYTES;) {
      writer.add(line(++fit, kilobyte));
    }
    for (int i = 0; i < 500; i++) { // more than the queue holds
      writer.add(line(-1, kilobyte));
    }
    dropped.countIn(stats);
    assertThat(stats.get(Counter.LOG_LINES_DROPPED)).isEqualTo(500);
    target.room.release();
    assertThat(writer.flush(FLUSH_TIMEOUT)).isPositive();
    writer.add(line(7777, 1));
    assertThat(writer.flush(FLUSH_TIMEOUT)).isPositive();
    List<String> lines = target.lines();
    assertThat(lines).hasSize(fit + 3);
    assertThat(lines.get(fit)).startsWith(fit + " x");
    assertThat(lines.get(fit + 1))
        .endsWith(
            "warn LogWriter: 500 lines of the log were dropped here: they could not be written.");
    assertThat(lines.get(fit + 2)).isEqualTo("7777 x");
  }

  @Test
  void aLineThatCannotBeWrittenIsCountedAndReportedWithTheNext() {
    LimitedTarget target = new LimitedTarget();
    target.failures = 3;
    target.room.release();
    dropped.countIn(stats);
    LogWriter writer = LogWriter.start(target, new LogLine(), dropped);
    for (int i = 0; i < 5; i++) {
      writer.add(line(i, 1));
      assertThat(writer.flush(FLUSH_TIMEOUT)).isPositive();
    }
    assertThat(stats.get(Counter.LOG_LINES_DROPPED)).isEqualTo(3);
    List<String> lines = target.lines();
    assertThat(lines).hasSize(4);
    assertThat(lines.get(0)).as("the partial lines").isEqualTo("half".repeat(3));
    assertThat(lines.get(1))
        .endsWith("3 lines of the log were dropped here: they could not be written.");
    assertThat(lines.subList(2, 4)).containsExactly("3 x", "4 x");
  }

  @Test
  void aTargetWithADefectLosesItsLinesOnly() {
    LimitedTarget target = new LimitedTarget();
    target.room.release();
    LogWriter writer =
        LogWriter.start(
            line -> {
              if (line[0] == '1') {
                throw new IllegalStateException("A defect.");
              }
              target.write(line);
            },
            new LogLine(),
            dropped);
    for (int i = 0; i < 3; i++) {
      writer.add(line(i, 1));
    }
    assertThat(writer.flush(FLUSH_TIMEOUT)).isPositive();
    assertThat(target.lines()).contains("0 x", "2 x").hasSize(4); // one is empty: it ends a partial line
  }

  @Test
  void flushDoesNotWaitForEver() throws Exception {
    LimitedTarget target = new LimitedTarget();
    LogWriter writer = LogWriter.start(target, new LogLine(), dropped);
    writer.add(line(0, 1));
    target.reached.await();
    assertThat(writer.flush(Duration.ofMillis(20).toNanos())).isNotPositive();
    assertThat(writer.flush(0)).as("no time is left for a second writer").isNotPositive();
    target.room.release();
    assertThat(writer.flush(FLUSH_TIMEOUT)).isPositive();
  }
}
