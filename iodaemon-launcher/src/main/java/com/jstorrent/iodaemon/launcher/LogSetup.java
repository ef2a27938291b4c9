package com.jstorrent.iodaemon.launcher;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.ConsoleHandler;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Sends the log to stderr, and to a file that is rotated when one is asked for. */
final class LogSetup {
  /** Logs what a client can cause, with stack traces; what matters of it we log ourselves. */
  private static final Logger WEBSOCKET_LIBRARY = Logger.getLogger("org.java_websocket");

  private LogSetup() {}

  /**
   * @throws LaunchFailure when the log file cannot be written
   */
  static void apply(LogLevel level, @Nullable Path file) throws LaunchFailure {
    LogManager.getLogManager().reset();
    WEBSOCKET_LIBRARY.setLevel(Level.OFF);
    Logger root = Logger.getLogger("");
    root.setLevel(level.level());
    List<Handler> targets = new ArrayList<>();
    targets.add(complete(new ConsoleHandler()));
    if (file != null) {
      try {
        targets.add(complete(new RotatingLog(file)));
      } catch (IOException e) {
        throw new LaunchFailure(
            ExitCode.FAILED, "The log file cannot be written; check the folder and its rights.");
      }
    }
    root.addHandler(new RateLimit(targets, System::nanoTime));
  }

  private static Handler complete(Handler handler) {
    handler.setLevel(Level.ALL);
    handler.setFormatter(new Line());
    return handler;
  }

  /** One line a record, cheaper to start than the JDK's own formatter. */
  private static final class Line extends Formatter {
    @Override
    public String format(LogRecord record) {
      StringBuilder line = new StringBuilder(128);
      line.append(record.getInstant()).append(' ').append(name(record.getLevel())).append(' ');
      String logger = record.getLoggerName() == null ? "" : record.getLoggerName();
      line.append(logger, logger.lastIndexOf('.') + 1, logger.length()).append(": ");
      line.append(formatMessage(record)).append(System.lineSeparator());
      Throwable thrown = record.getThrown();
      if (thrown != null) {
        ByteArrayOutputStream trace = new ByteArrayOutputStream();
        thrown.printStackTrace(new PrintStream(trace, true));
        line.append(trace);
      }
      return line.toString();
    }

    private static String name(Level level) {
      for (LogLevel ours : LogLevel.values()) {
        if (level.intValue() >= ours.level().intValue()) {
          return ours.name();
        }
      }
      return level.getName();
    }
  }
}
