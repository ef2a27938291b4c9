package com.jstorrent.iodaemon.launcher;

import com.jstorrent.iodaemon.json.Json;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.logging.Formatter;
import java.util.logging.LogRecord;
import org.jspecify.annotations.Nullable;

/**
 * Formats a record as one line of JSON: {@code time}, {@code level}, {@code logger}, {@code
 * message}, and {@code error} with the stack trace if there is one.
 */
final class JsonLogLine extends Formatter {
  @Override
  public String format(LogRecord record) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("time", record.getInstant().toString());
    fields.put("level", LogLevel.nameOf(record.getLevel()));
    String logger = record.getLoggerName() == null ? "" : record.getLoggerName();
    fields.put("logger", logger.substring(logger.lastIndexOf('.') + 1));
    fields.put("message", formatMessage(record));
    Throwable thrown = record.getThrown();
    if (thrown != null) {
      StringWriter trace = new StringWriter();
      thrown.printStackTrace(new PrintWriter(trace, true));
      fields.put("error", trace.toString());
    }
    return Json.write(fields) + System.lineSeparator();
  }
}
