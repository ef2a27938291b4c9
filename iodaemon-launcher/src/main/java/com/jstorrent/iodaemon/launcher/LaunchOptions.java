package com.jstorrent.iodaemon.launcher;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the command line asks for.
 *
 * @param port 0 lets the system choose
 * @param parentPid exit when this process is gone; 0 for none
 * @param idleTimeout exit after this time without anybody who has shown the token; zero for never
 * @param installId which profile of the profile file is ours
 * @param roots download roots besides those of the profile, by key
 * @param denyPrivate whether sockets reach public addresses only
 */
record LaunchOptions(
    int port,
    String token,
    long parentPid,
    Duration idleTimeout,
    @Nullable String installId,
    Map<String, Path> roots,
    boolean denyPrivate,
    @Nullable Path logFile,
    LogLevel logLevel) {

  /** Leaves the token out, so that no log line can hold it. */
  @Override
  public String toString() {
    return "LaunchOptions[port=" + port + ", roots=" + roots.keySet() + "]";
  }
}
