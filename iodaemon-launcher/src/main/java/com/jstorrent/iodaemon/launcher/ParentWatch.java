package com.jstorrent.iodaemon.launcher;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends the process within two seconds after its parent (PROTOCOL.md § 1). It polls at a fixed
 * interval, because the JDK's {@code onExit} polls a process that is not a child less and less
 * often.
 */
final class ParentWatch {
  private static final Logger LOG = LoggerFactory.getLogger(ParentWatch.class);
  private static final Duration INTERVAL = Duration.ofMillis(500);
  private static final Duration GRACE = Duration.ofSeconds(1);

  private ParentWatch() {}

  /**
   * Calls back when the parent has ended, at once if it already has.
   *
   * @param gone run first, on a thread of its own
   * @param late run when {@code gone} has returned, but after one second at the latest
   */
  static void start(ParentProcess parent, Runnable gone, Runnable late) {
    start(parent, gone, late, GRACE);
  }

  static void start(ParentProcess parent, Runnable gone, Runnable late, Duration grace) {
    Thread.ofPlatform()
        .daemon()
        .name("iodaemon-parent-watch")
        .start(() -> watch(parent, gone, late, grace));
  }

  private static void watch(
      ParentProcess parent, Runnable gone, Runnable late, Duration grace) {
    try {
      while (parent.isRunning()) {
        Thread.sleep(INTERVAL);
      }
      LOG.info("The parent process is gone.");
      Thread end = Thread.ofPlatform().daemon().name("iodaemon-shutdown").start(gone);
      end.join(grace);
      late.run();
    } catch (InterruptedException e) {
      LOG.debug("The watch of the parent process was interrupted.");
    }
  }
}
