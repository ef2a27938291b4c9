package com.jstorrent.iodaemon.launcher;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The options of the command line.
 *
 * @param port the port to listen on; 0 lets the system choose
 * @param parentPid the process with which the daemon ends; 0 for none
 * @param idleTimeout the time without an authenticated client after which the daemon ends; zero for
 *     never
 * @param installId the id of the profile to read from the profile file; null for none
 * @param roots download roots by key, in addition to those of the profile
 * @param denyPrivate whether sockets may only connect to public addresses
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

  /** Omits the token, so that it cannot get into the log. */
  @Override
  public String toString() {
    return "LaunchOptions[port=" + port + ", roots=" + roots.keySet() + "]";
  }
}
