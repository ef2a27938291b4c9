package com.jstorrent.iodaemon.launcher;

import java.util.logging.Formatter;

/** The values of {@code --log-format}. */
enum LogFormat {
  text,
  json;

  Formatter formatter() {
    return this == json ? new JsonLogLine() : new LogLine();
  }
}
