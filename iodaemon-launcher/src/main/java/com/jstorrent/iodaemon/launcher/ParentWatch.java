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
  private static final Duration GRACE = Duration.ofSeconds(1);

  private ParentWatch() {}

  /**
   * Calls back when the process is gone; at once when there is none.
   *
   * @param gone on a thread of its own
   * @param late afterwards, but a second later at the latest, whether the first has returned or not
   */
  static void start(ParentProcess parent, Runnable gone, Runnable late) {
    Thread.ofPlatform()
        .daemon()
        .name("iodaemon-parent-watch")
        .start(() -> watch(parent, gone, late));
  }

  private static void watch(ParentProcess parent, Runnable gone, Runnable late) {
    try {
      while (parent.lives()) {
        Thread.sleep(INTERVAL);
      }
      LOG.info("The parent process is gone.");
      Thread end = Thread.ofPlatform().daemon().name("iodaemon-shutdown").start(gone);
      end.join(GRACE);
      late.run();
    } catch (InterruptedException e) {
      LOG.debug("The watch for the parent was ended.");
    }
  }
}
