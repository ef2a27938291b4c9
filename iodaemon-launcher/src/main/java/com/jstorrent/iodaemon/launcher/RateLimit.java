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
 * Lets only so many lines of one class and level through in a while, and tells how many it left out,
 * when the next one comes or the log ends:
 * what clients and peers can cause must not fill the disk. Whoever asks for debug lines gets all of them.
 */
final class RateLimit extends Handler {
  static final int LINES = 50;
  static final Duration WINDOW = Duration.ofSeconds(10);

  private final List<Handler> targets;
  private final LongSupplier nanoTime;
  private final Map<Source, Window> windows = new HashMap<>(); // guarded by this

  /** Lines that are counted together. */
  private record Source(String logger, Level level) {
    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Source source
          && logger.equals(source.logger)
          && level.equals(source.level);
    }

    // What a record has by itself the JVM would put together when the first line is logged.
    @Override
    public int hashCode() {
      return 31 * logger.hashCode() + level.hashCode();
    }
  }

  /** What has come from one source since the window began. */
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
    targets.forEach(Handler::close); // which may take a while
  }
}
