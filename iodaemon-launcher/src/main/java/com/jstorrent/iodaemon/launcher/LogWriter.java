package com.jstorrent.iodaemon.launcher;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.logging.Level;
import java.util.logging.LogRecord;

/**
 * Writes lines to one place, on a thread of its own: a pipe that is not read, or a disk that hangs,
 * costs lines and keeps no thread that logs waiting. What waits is bounded. Lines that find no room, and
 * lines that cannot be written, are dropped and counted; in their place stands how many they were, once
 * something can be written again.
 */
final class LogWriter {
  /** What may wait to be written, in bytes; further lines are dropped. */
  static final int QUEUE_BYTES = 1 << 20;

  /** What a line costs beside its bytes. */
  private static final int LINE_OVERHEAD = 64;

  /** Where the lines go. It may block for ever, and is called by the writing thread only. */
  interface Target {
    void write(byte[] line) throws IOException;
  }

  /** A line, and how many were dropped since the one before it; without text, those alone. */
  private static final class Line {
    private final byte[] text;
    private final long droppedBefore;

    private Line(byte[] text, long droppedBefore) {
      this.text = text;
      this.droppedBefore = droppedBefore;
    }
  }

  private static final byte[] NO_TEXT = {};

  private final Target target;
  private final DroppedLines dropped;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final ArrayDeque<Line> lines = new ArrayDeque<>(); // guarded by lock
  private int queuedBytes; // guarded by lock
  private long newlyDropped; // guarded by lock; since the last line that found room
  private boolean writing; // guarded by lock
  private long untold; // the writing thread's own, as is the next: dropped, and not told of yet
  private boolean torn; // the last line may have been cut off in its middle

  private LogWriter(Target target, DroppedLines dropped) {
    this.target = target;
    this.dropped = dropped;
  }

  /**
   * @param dropped is told of each line that is lost
   */
  static LogWriter start(Target target, DroppedLines dropped) {
    LogWriter writer = new LogWriter(target, dropped);
    Thread.ofPlatform().daemon().name("iodaemon-log").start(writer::writeForEver);
    return writer;
  }

  /** Has a line written, line end included, or drops it. Never blocks; any thread. */
  void add(byte[] line) {
    int size = line.length + LINE_OVERHEAD;
    lock.lock();
    try {
      if (queuedBytes + size <= QUEUE_BYTES) {
        lines.addLast(new Line(line, newlyDropped));
        queuedBytes += size;
        newlyDropped = 0;
        changed.signalAll();
        return;
      }
      newlyDropped++;
    } finally {
      lock.unlock();
    }
    dropped.add(1);
  }

  /**
   * Waits until all that was added is written or lost.
   *
   * @param nanos how long at most
   * @return how much of that time is left; not positive when it was too short
   */
  long flush(long nanos) {
    long left = nanos;
    lock.lock();
    try {
      while (left > 0 && (writing || !lines.isEmpty() || newlyDropped > 0)) {
        left = changed.awaitNanos(left);
      }
      return left;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return 0;
    } finally {
      lock.unlock();
    }
  }

  private void writeForEver() {
    while (true) {
      write(take());
    }
  }

  private Line take() {
    lock.lock();
    try {
      writing = false;
      changed.signalAll();
      while (lines.isEmpty() && newlyDropped == 0) {
        changed.awaitUninterruptibly();
      }
      writing = true;
      Line line = lines.pollFirst();
      if (line == null) {
        line = new Line(NO_TEXT, newlyDropped);
        newlyDropped = 0;
      } else {
        queuedBytes -= line.text.length + LINE_OVERHEAD;
      }
      return line;
    } finally {
      lock.unlock();
    }
  }

  private void write(Line line) {
    untold += line.droppedBefore;
    try {
      if (untold > 0) {
        target.write(summary());
        untold = 0;
        torn = false;
      }
      if (line.text.length > 0) {
        target.write(line.text);
      }
    } catch (IOException | RuntimeException e) {
      torn = true;
      if (line.text.length > 0) {
        untold++;
        dropped.add(1);
      }
    }
  }

  private byte[] summary() {
    String sentence = untold + " lines of the log were dropped here: they could not be written.";
    LogRecord record = new LogRecord(Level.WARNING, sentence);
    record.setLoggerName(LogWriter.class.getName());
    String begin = torn ? System.lineSeparator() : "";
    return (begin + new LogLine().format(record)).getBytes(StandardCharsets.UTF_8);
  }
}
