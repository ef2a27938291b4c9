package com.jstorrent.iodaemon.launcher;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.jspecify.annotations.Nullable;

/**
 * Limits how many lines of one class and level are logged in a window of time, so that clients and
 * peers cannot fill the disk. The number of lines left out is logged with the first line of the
 * next window, or when the log is closed. Debug and trace lines are not limited.
 */
final class RateLimit extends Handler {
  static final int LINES = 50;
  static final Duration WINDOW = Duration.ofSeconds(10);

  private final List<Handler> targets;
  private final LongSupplier nanoTime;
  private final Map<Source, Window> windows = new HashMap<>(); // guarded by this

  /** What lines are counted by. */
  private record Source(String logger, Level level) {
    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Source source
          && logger.equals(source.logger)
          && level.equals(source.level);
    }

    // Written out: a record's generated methods are linked at first use, which delays the start.
    @Override
    public int hashCode() {
      return 31 * logger.hashCode() + level.hashCode();
    }
  }

  /** The lines of a source since its window began. */
  private static final class Window {
    private long begun;
    private long lines;

    private long leftOut() {
      return Math.max(0, lines - LINES);
    }
  }

  RateLimit(List<Handler> targets, LongSupplier nanoTime) {
    this.targets = List.copyOf(targets);
    this.nanoTime = nanoTime;
  }

  @Override
  public synchronized void publish(LogRecord record) {
    if (record.getLevel().intValue() < Level.INFO.intValue()) {
      forward(record);
      return;
    }
    String logger = record.getLoggerName() == null ? "" : record.getLoggerName();
    Source source = new Source(logger, record.getLevel());
    long now = nanoTime.getAsLong();
    Window window = windows.computeIfAbsent(source, unused -> begin(new Window(), now));
    if (now - window.begun >= WINDOW.toNanos()) {
      tellLeftOut(source, window);
      begin(window, now);
    }
    window.lines++;
    if (window.lines <= LINES) {
      forward(record);
    }
  }

  private static Window begin(Window window, long now) {
    window.begun = now;
    window.lines = 0;
    return window;
  }

  private void tellLeftOut(Source source, Window window) {
    if (window.leftOut() > 0) {
      LogRecord summary =
          new LogRecord(source.level(), window.leftOut() + " more lines were left out here.");
      summary.setLoggerName(source.logger());
      forward(summary);
    }
  }

  private void forward(LogRecord record) {
    targets.forEach(target -> target.publish(record));
  }

  @Override
  public void flush() {
    targets.forEach(Handler::flush);
  }

  @Override
  public void close() {
    synchronized (this) {
      windows.forEach(this::tellLeftOut);
      windows.clear();
    }
    targets.forEach(Handler::close); // without the lock, because it may take a while
  }
}
