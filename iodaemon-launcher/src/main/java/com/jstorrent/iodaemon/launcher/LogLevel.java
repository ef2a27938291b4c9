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
}
