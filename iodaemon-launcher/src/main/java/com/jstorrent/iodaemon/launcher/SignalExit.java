package com.jstorrent.iodaemon.launcher;

import com.jstorrent.iodaemon.IoDaemon;

/**
 * SIGTERM and SIGINT: an orderly shutdown, then status 0 (PROTOCOL.md § 1). The JVM would end with
 * 128 plus the signal's number; only halting from within the shutdown can change that.
 */
final class SignalExit {
  private SignalExit() {}

  static void install(IoDaemon daemon) {
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  daemon.close();
                  System.err.flush();
                  Runtime.getRuntime().halt(ExitCode.OK.number());
                },
                "iodaemon-shutdown"));
  }
}
