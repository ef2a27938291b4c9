package com.jstorrent.iodaemon.fuzz;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/**
 * Records what no input of a client may cause: a log line at ERROR, or an uncaught exception of a
 * thread. Keeps the log quiet otherwise, since almost all input of a fuzzer causes a warning.
 */
public final class Defects extends Handler implements AutoCloseable {
  private final Logger log = Logger.getLogger("com.jstorrent.iodaemon");
  private final List<String> found = new CopyOnWriteArrayList<>();

  public Defects() {
    log.setLevel(Level.SEVERE);
    log.addHandler(this);
    Thread.setDefaultUncaughtExceptionHandler(
        (thread, failure) -> found.add(thread.getName() + " died of " + failure));
  }

  @Override
  public void publish(LogRecord line) {
    found.add(line.getLoggerName() + ": " + line.getMessage() + " " + line.getThrown());
  }

  @Override
  public void flush() {}

  /** Fails when there was a defect. */
  public void assertNone() {
    if (!found.isEmpty()) {
      throw new AssertionError(String.join("\n", found));
    }
  }

  @Override
  public void close() {
    Thread.setDefaultUncaughtExceptionHandler(null);
    log.removeHandler(this);
    log.setLevel(null);
  }
}
