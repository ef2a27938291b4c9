package com.jstorrent.iodaemon.launcher;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.config.NetworkOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The options of the command line and the configuration file.
 *
 * @param port the port to listen on; 0 lets the system choose
 * @param warnings what the log should say about them
 */
record LaunchOptions(
    int port,
    String token,
    Folders folders,
    NetworkOptions network,
    Limits limits,
    ExitConditions exitConditions,
    Log log,
    List<String> warnings) {

  LaunchOptions {
    warnings = List.copyOf(warnings);
  }

  /**
   * Where the download roots come from.
   *
   * @param installId the id of the profile to read from the profile file; null for none
   * @param roots download roots by key, in addition to those of the profile
   */
  record Folders(@Nullable String installId, Map<String, Path> roots) {}

  /**
   * What ends the process by itself.
   *
   * @param parentPid the process with which the daemon ends; 0 for none
   * @param idleTimeout the time without an authenticated client after which the daemon ends; zero for
   *     never
   */
  record ExitConditions(long parentPid, Duration idleTimeout) {}

  /**
   * Where the log goes besides standard error, what is in it, and how its lines look.
   *
   * @param file or null for standard error alone
   */
  record Log(@Nullable Path file, LogLevel level, LogFormat format) {
    static Log toStandardError(LogLevel level) {
      return new Log(null, level, LogFormat.text);
    }
  }

  /** Omits the token, so that it cannot get into the log. */
  @Override
  public String toString() {
    return "LaunchOptions[port=" + port + ", roots=" + folders.roots.keySet() + "]";
  }
}
