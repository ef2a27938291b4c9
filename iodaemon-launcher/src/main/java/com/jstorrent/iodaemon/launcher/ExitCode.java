package com.jstorrent.iodaemon.launcher;

/** The exit status of the process, by which native-host decides what to do. */
enum ExitCode {
  OK(0),
  /**
   * The daemon could not start, for example because the port is in use; standard error has the
   * reason.
   */
  FAILED(1),
  BAD_ARGUMENTS(2),
  /** The daemon has failed, for example because memory ran out; it should be started again. */
  BROKEN(3);

  private final int number;

  ExitCode(int number) {
    this.number = number;
  }

  int number() {
    return number;
  }
}
