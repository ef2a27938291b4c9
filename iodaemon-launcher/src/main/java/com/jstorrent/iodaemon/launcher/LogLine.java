package com.jstorrent.iodaemon.launcher;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.logging.Formatter;
import java.util.logging.LogRecord;

/** Formats a record as one line. It initialises faster than the JDK's own formatter. */
final class LogLine extends Formatter {
  @Override
  public String format(LogRecord record) {
    StringBuilder line = new StringBuilder(128);
    line.append(record.getInstant()).append(' ');
    line.append(LogLevel.nameOf(record.getLevel())).append(' ');
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
}
