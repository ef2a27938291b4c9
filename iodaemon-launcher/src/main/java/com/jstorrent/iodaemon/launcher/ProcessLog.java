package com.jstorrent.iodaemon.launcher;

import com.jstorrent.iodaemon.stats.Stats;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The log of this process: it goes to standard error, and to a file that is rotated when one is asked
 * for, each with a {@link LogWriter} of its own. What is printed to {@link System#err} goes the same way,
 * so no thread but these ever waits for whoever reads it.
 */
final class ProcessLog extends Handler {
  /** How long the end of the process waits for lines that are not written yet. */
  static final Duration PATIENCE = Duration.ofSeconds(2);

  private static final FileOutputStream STDERR = new FileOutputStream(FileDescriptor.err);
  private static final Logger LOG = Logger.getLogger(ProcessLog.class.getName());

  /** Logs what a client can cause, with stack traces; what matters of it we log ourselves. */
  private static final Logger WEBSOCKET_LIBRARY = Logger.getLogger("org.java_websocket");

  private final DroppedLines dropped = new DroppedLines();
  private final List<LogWriter> writers = new ArrayList<>();

  private ProcessLog(@Nullable RotatingLog file) {
    writers.add(LogWriter.start(STDERR::write, dropped));
    if (file != null) {
      writers.add(LogWriter.start(file, dropped));
    }
    setLevel(Level.ALL);
    setFormatter(new LogLine());
  }

  /**
   * Sends the log there from now on.
   *
   * @throws LaunchFailure when the log file cannot be written, or is none
   */
  static ProcessLog open(LogLevel level, @Nullable Path path) throws LaunchFailure {
    RotatingLog file = path == null ? null : RotatingLog.open(path);
    ProcessLog log = new ProcessLog(file);
    LogManager.getLogManager().reset();
    WEBSOCKET_LIBRARY.setLevel(Level.OFF);
    Logger root = Logger.getLogger("");
    root.setLevel(level.level());
    root.addHandler(new RateLimit(List.of(log), System::nanoTime));
    System.setErr(new PrintStream(log.stderr(), true, StandardCharsets.UTF_8));
    if (file != null && !file.isHidden()) {
      LOG.warning("Other users may read the log file: its file system keeps no rights of its own.");
    }
    return log;
  }

  private OutputStream stderr() {
    LogWriter writer = writers.getFirst();
    return new OutputStream() {
      @Override
      public void write(int b) {
        writer.add(new byte[] {(byte) b});
      }

      @Override
      public void write(byte[] bytes, int from, int count) {
        writer.add(Arrays.copyOfRange(bytes, from, from + count));
      }
    };
  }

  /** Lines that are lost are counted there. */
  void countDroppedIn(Stats stats) {
    dropped.countIn(stats);
  }

  @Override
  public void publish(LogRecord record) {
    byte[] line = getFormatter().format(record).getBytes(StandardCharsets.UTF_8);
    writers.forEach(writer -> writer.add(line));
  }

  /** Waits until what was logged is written, but not for longer than this. */
  void flush(Duration most) {
    long left = most.toNanos();
    for (LogWriter writer : writers) {
      left = writer.flush(left);
    }
  }

  @Override
  public void flush() {
    flush(PATIENCE);
  }

  /** The JVM closes what it logs to when it ends. */
  @Override
  public void close() {
    flush(PATIENCE);
  }
}
