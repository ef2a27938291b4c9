package com.jstorrent.iodaemon.launcher;

/** The process cannot start. The message is one sentence for stderr. */
final class LaunchFailure extends Exception {
  private static final long serialVersionUID = 1L;

  private final ExitCode exitCode;

  LaunchFailure(ExitCode exitCode, String message) {
    super(message, null, false, false);
    this.exitCode = exitCode;
  }

  /** For arguments that are not understood; the sentence must not hold any of them. */
  static LaunchFailure ofArguments(String sentence) {
    return new LaunchFailure(ExitCode.BAD_ARGUMENTS, sentence + " See --help.");
  }

  ExitCode exitCode() {
    return exitCode;
  }
}
