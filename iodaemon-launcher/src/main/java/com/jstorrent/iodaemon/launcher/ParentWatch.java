package com.jstorrent.iodaemon.launcher;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends the process with the one that started it, within two seconds (PROTOCOL.md § 1). It asks at an
 * interval: for a process that is not its child the JDK's {@code onExit} asks less and less often.
 */
final class ParentWatch {
  private static final Logger LOG = LoggerFactory.getLogger(ParentWatch.class);
  private static final Duration INTERVAL = Duration.ofMillis(500);

  private ParentWatch() {}

  /** Calls back once, on a thread of its own, when the process is gone; at once when there is none. */
  static void start(long pid, Runnable gone) {
    Thread.ofPlatform()
        .daemon()
        .name("iodaemon-parent-watch")
        .start(() -> watch(ParentProcess.of(pid), gone));
  }

  private static void watch(ParentProcess parent, Runnable gone) {
    try {
      while (parent.lives()) {
        Thread.sleep(INTERVAL);
      }
      LOG.info("The parent process is gone.");
      gone.run();
    } catch (InterruptedException e) {
      LOG.debug("The watch for the parent was ended.");
    }
  }
}
