package com.jstorrent.iodaemon.launcher;

/** How the process ends; native-host tells them apart. */
enum ExitCode {
  OK(0),
  /** The port is taken, or another thing that the reason on stderr names. */
  FAILED(1),
  BAD_ARGUMENTS(2),
  /** It could not go on: out of memory, or nobody can connect any more. A new start helps. */
  BROKEN(3);

  private final int number;

  ExitCode(int number) {
    this.number = number;
  }

  int number() {
    return number;
  }
}
