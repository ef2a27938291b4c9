package com.jstorrent.iodaemon.launcher;

/** The process cannot start. The message is one sentence for stderr. */
final class LaunchFailure extends Exception {
  private static final long serialVersionUID = 1L;

  private final ExitCode exitCode;

  LaunchFailure(ExitCode exitCode, String message) {
    super(message, null, false, false);
    this.exitCode = exitCode;
  }

  ExitCode exitCode() {
    return exitCode;
  }
}
