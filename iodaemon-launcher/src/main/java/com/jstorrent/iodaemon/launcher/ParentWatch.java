package com.jstorrent.iodaemon.launcher;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ends the process with the one that started it (PROTOCOL.md § 1). */
final class ParentWatch {
  private static final Logger LOG = LoggerFactory.getLogger(ParentWatch.class);

  private ParentWatch() {}

  /**
   * Calls back once, on a thread of the JDK, when the process is gone; at once when there is none.
   * The JDK compares start times, so a reused pid does not pass for the parent.
   */
  static void start(long pid, Runnable gone) {
    ProcessHandle.of(pid)
        .ifPresentOrElse(
            parent -> parent
                .onExit()
                .thenRun(
                    () -> {
                      LOG.info("The parent process is gone.");
                      gone.run();
                    }),
            gone);
  }
}
