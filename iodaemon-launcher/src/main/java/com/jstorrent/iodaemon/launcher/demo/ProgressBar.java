package com.jstorrent.iodaemon.launcher.demo;

import java.io.PrintStream;
import java.util.concurrent.atomic.AtomicInteger;

/** A progress bar on a terminal; prints nothing elsewhere. Thread-safe. */
final class ProgressBar {
  private static final int WIDTH = 40;

  private final PrintStream out;
  private final int total;
  private final boolean shown;
  private final AtomicInteger done = new AtomicInteger();

  @SuppressWarnings("SystemConsoleNull") // see below
  ProgressBar(PrintStream out, int total) {
    this.out = out;
    this.total = total;
    // Since JDK 22 the default console exists even without a terminal; this one does not.
    System.setProperty("jdk.console", "java.base");
    this.shown = System.console() != null;
  }

  void step() {
    int now = done.incrementAndGet();
    if (shown && now * WIDTH / total != (now - 1) * WIDTH / total) {
      int filled = now * WIDTH / total;
      out.print("\r[" + "#".repeat(filled) + " ".repeat(WIDTH - filled) + "]");
      out.printf(" %3d %%", now * 100 / total);
      out.flush();
    }
  }

  void end() {
    if (shown) {
      out.println();
    }
  }
}
