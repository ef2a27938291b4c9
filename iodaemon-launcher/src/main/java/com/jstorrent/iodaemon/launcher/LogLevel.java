package com.jstorrent.iodaemon.launcher;

import java.util.logging.Level;

/** The values of {@code --log-level}. */
enum LogLevel {
  error(Level.SEVERE),
  warn(Level.WARNING),
  info(Level.INFO),
  debug(Level.FINE),
  trace(Level.FINEST);

  @SuppressWarnings("ImmutableEnumChecker") // immutable, but not annotated as such
  private final Level level;

  LogLevel(Level level) {
    this.level = level;
  }

  Level level() {
    return level;
  }

  /** The name of a level in the log: that of the nearest value of {@code --log-level} that is not above it. */
  static String nameOf(Level level) {
    for (LogLevel ours : values()) {
      if (level.intValue() >= ours.level.intValue()) {
        return ours.name();
      }
    }
    return level.getName();
  }
}
