package com.jstorrent.iodaemon.launcher;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.logging.Formatter;
import java.util.logging.Level;
import java.util.logging.LogRecord;

/**
 * Writes log lines to a target on a thread of its own, so that a pipe that is not read, or a disk
 * that hangs, never blocks a thread that logs. The queue is bounded. Lines that do not fit, and
 * lines that cannot be written, are dropped and counted; as soon as writing is possible again, a
 * line in their place tells how many were dropped.
 */
final class LogWriter {
  /** The bound of the queue in bytes. */
  static final int QUEUE_BYTES = 1 << 20;

  /** The approximate overhead of a queued line in bytes. */
  private static final int LINE_OVERHEAD = 64;

  /** A destination of lines. It may block for ever, and is called by the writing thread only. */
  interface Target {
    void write(byte[] line) throws IOException;
  }

  /**
   * A queued line, and how many lines were dropped before it. Without text it stands for dropped
   * lines only.
   */
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
  private final Formatter format;
  private final DroppedLines dropped;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final ArrayDeque<Line> lines = new ArrayDeque<>(); // guarded by lock
  private int queuedBytes; // guarded by lock
  private long newlyDropped; // guarded by lock; dropped since the last line that was queued
  private boolean writing; // guarded by lock
  private long unreported; // dropped and not reported yet; used by the writing thread only
  private boolean endsInPartialLine; // a failed write may have left part of a line; writing thread only

  private LogWriter(Target target, Formatter format, DroppedLines dropped) {
    this.target = target;
    this.format = format;
    this.dropped = dropped;
  }

  /**
   * @param format formats the lines that tell how many were dropped
   * @param dropped counts the dropped lines
   */
  static LogWriter start(Target target, Formatter format, DroppedLines dropped) {
    LogWriter writer = new LogWriter(target, format, dropped);
    Thread.ofPlatform().daemon().name("iodaemon-log").start(writer::writeForEver);
    return writer;
  }

  /** Queues a line, including its line end, or drops it. Never blocks. Thread-safe. */
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
   * Waits until all lines added so far are written or dropped.
   *
   * @param nanos the maximum time to wait
   * @return the time left; zero or negative if the wait timed out
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
    unreported += line.droppedBefore;
    try {
      if (unreported > 0) {
        target.write(summary());
        unreported = 0;
        endsInPartialLine = false;
      }
      if (line.text.length > 0) {
        target.write(line.text);
      }
    } catch (IOException | RuntimeException e) {
      endsInPartialLine = true;
      if (line.text.length > 0) {
        unreported++;
        dropped.add(1);
      }
    }
  }

  private byte[] summary() {
    String sentence =
        unreported + " lines of the log were dropped here: they could not be written.";
    LogRecord record = new LogRecord(Level.WARNING, sentence);
    record.setLoggerName(LogWriter.class.getName());
    String begin = endsInPartialLine ? System.lineSeparator() : "";
    return (begin + format.format(record)).getBytes(StandardCharsets.UTF_8);
  }
}
