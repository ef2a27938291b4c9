package com.jstorrent.iodaemon.model;

import com.jstorrent.iodaemon.testkit.TestDaemon;
import java.util.Map;

/** The state of a daemon and its threads, for the message of a wait that has failed. */
final class Diagnosis {
  private Diagnosis() {}

  /** Every session, socket and queue, every counter, and where each thread of the daemon is. */
  static String of(TestDaemon daemon) {
    StringBuilder text = new StringBuilder();
    daemon.services().directory().report().sessions().forEach(each -> line(text, each));
    daemon.services()
        .directory()
        .sockets()
        .forEach((session, sockets) -> sockets.forEach(each -> line(text, session + ": " + each)));
    line(text, daemon.stats().snapshot());
    for (Map.Entry<Thread, StackTraceElement[]> each : Thread.getAllStackTraces().entrySet()) {
      if (each.getKey().getName().startsWith("iodaemon")) {
        line(text, each.getKey());
        for (StackTraceElement frame : each.getValue()) {
          line(text, "    at " + frame);
        }
      }
    }
    return text.toString();
  }

  private static void line(StringBuilder text, Object what) {
    text.append(what).append('\n');
  }
}
