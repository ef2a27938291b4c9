package com.jstorrent.iodaemon.launcher;

/** Reports that the process cannot start. The message is one sentence for standard error. */
final class LaunchFailure extends Exception {
  private static final long serialVersionUID = 1L;

  private final ExitCode exitCode;

  LaunchFailure(ExitCode exitCode, String message) {
    super(message, null, false, false);
    this.exitCode = exitCode;
  }

  /**
   * For invalid arguments. The sentence must not contain any of them, since one may be the token.
   */
  static LaunchFailure ofArguments(String sentence) {
    return new LaunchFailure(ExitCode.BAD_ARGUMENTS, sentence + " See --help.");
  }

  ExitCode exitCode() {
    return exitCode;
  }
}
