package com.jstorrent.iodaemon.launcher;

import com.jstorrent.iodaemon.stats.live.Stats;
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
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The log of this process: to standard error and, if requested, to a rotated file, each with a
 * {@link LogWriter} of its own. {@link System#err} is redirected to the same writer, so that no
 * other thread ever blocks on the reader of standard error.
 */
final class ProcessLog extends Handler {
  /** How long the end of the process waits for queued lines. */
  static final Duration FLUSH_TIMEOUT = Duration.ofSeconds(2);

  private static final FileOutputStream STDERR = new FileOutputStream(FileDescriptor.err);
  private static final Logger LOG = Logger.getLogger(ProcessLog.class.getName());

  /**
   * Switched off, because it logs stack traces for what clients cause; the daemon logs what matters
   * itself.
   */
  private static final Logger WEBSOCKET_LIBRARY = Logger.getLogger("org.java_websocket");

  private static volatile boolean opened;

  private final DroppedLines dropped = new DroppedLines();
  private final List<LogWriter> writers = new ArrayList<>();

  private ProcessLog(Formatter format, @Nullable RotatingLog file) {
    writers.add(LogWriter.start(STDERR::write, format, dropped));
    if (file != null) {
      writers.add(LogWriter.start(file, format, dropped));
    }
    setLevel(Level.ALL);
    setFormatter(format);
  }

  /**
   * Sets up logging.
   *
   * @throws LaunchFailure when the log file cannot be written or is not a regular file
   */
  static ProcessLog open(LaunchOptions.Log options) throws LaunchFailure {
    Path path = options.file();
    RotatingLog file = path == null ? null : RotatingLog.open(path);
    ProcessLog log = new ProcessLog(options.format().formatter(), file);
    LogManager.getLogManager().reset();
    WEBSOCKET_LIBRARY.setLevel(Level.OFF);
    Logger root = Logger.getLogger("");
    root.setLevel(options.level().level());
    root.addHandler(new RateLimit(List.of(log), System::nanoTime));
    System.setErr(new PrintStream(log.stderr(), true, StandardCharsets.UTF_8));
    opened = true;
    if (file != null && !file.isHidden()) {
      LOG.warning("Other users may read the log file: its file system keeps no rights of its own.");
    }
    return log;
  }

  /**
   * Tells why the process ends: in the log once there is one, so that a log file has it too, and on standard error
   * before that.
   */
  static void tell(String reason) {
    if (opened) {
      LOG.severe(reason);
    } else {
      System.err.println(reason);
    }
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

  /** Counts dropped lines in these counters from now on. */
  void countDroppedIn(Stats stats) {
    dropped.countIn(stats);
  }

  @Override
  public void publish(LogRecord record) {
    byte[] line = getFormatter().format(record).getBytes(StandardCharsets.UTF_8);
    writers.forEach(writer -> writer.add(line));
  }

  /** Waits until everything logged so far is written, for a limited time. */
  void flush(Duration most) {
    long left = most.toNanos();
    for (LogWriter writer : writers) {
      left = writer.flush(left);
    }
  }

  @Override
  public void flush() {
    flush(FLUSH_TIMEOUT);
  }

  /** Called by the JVM when it ends. */
  @Override
  public void close() {
    flush(FLUSH_TIMEOUT);
  }
}
