package com.jstorrent.iodaemon.launcher;

import com.jstorrent.iodaemon.Version;
import java.util.logging.LogManager;

/**
 * Does in advance what takes long at its first use, on a thread of its own while the command line is parsed,
 * because native-host waits for the port.
 */
final class Warmup {
  /** Virtual threads wait for sockets with it. To make it, the JDK generates classes, which takes some 10 ms. */
  private static final String POLLER = "sun.nio.ch.Poller";

  private final Thread thread =
      Thread.ofPlatform().daemon().name("iodaemon-preparation").unstarted(Warmup::run);

  private Warmup() {}

  static Warmup begin() {
    Warmup warmup = new Warmup();
    warmup.thread.start();
    return warmup;
  }

  private static void run() {
    LogManager.getLogManager(); // searches all jars for another log, and AddressCache needs it, too
    AddressCache.shorten();
    Version.current(); // opens a jar
    try {
      Class.forName(POLLER, true, null);
    } catch (ClassNotFoundException | LinkageError e) {
      // Opening the port fails in the same way, and decides whether the daemon can start without it.
    }
  }

  /** Waits until it is done. Must be called before the first look-up of a name. */
  void await() throws InterruptedException {
    thread.join();
  }
}
