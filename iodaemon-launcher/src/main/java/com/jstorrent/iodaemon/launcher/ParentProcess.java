package com.jstorrent.iodaemon.launcher;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;

/**
 * The process that has started this one, as far as it matters. The JDK answers on every platform, by
 * pid and start time, without starting anything. What it does not know on Linux is a zombie: a parent
 * that was killed, but whose own parent does not look after it. On macOS a zombie passes for alive
 * until it is reaped. Windows has none. The latter two are untested.
 */
@FunctionalInterface
interface ParentProcess {

  /** Whether it runs. Takes some microseconds; any thread. */
  boolean lives();

  /**
   * The process with this pid. One that began after this one cannot be its parent: the parent has ended
   * already, and its pid was given to another one.
   */
  static ParentProcess of(long pid) {
    return of(ProcessHandle.of(pid), ProcessHandle.current(), Path.of("/proc", Long.toString(pid)));
  }

  /**
   * @param parent who has the pid now
   * @param folder where Linux tells about the pid; need not exist
   */
  static ParentProcess of(Optional<ProcessHandle> parent, ProcessHandle self, Path folder) {
    if (parent.isEmpty() || beganAfter(parent.get(), self)) {
      return () -> false;
    }
    ProcessHandle handle = parent.get();
    Path stat = folder.resolve("stat");
    return Files.isReadable(stat) ? () -> handle.isAlive() && !isZombie(stat) : handle::isAlive;
  }

  private static boolean beganAfter(ProcessHandle process, ProcessHandle self) {
    Instant begun = process.info().startInstant().orElse(Instant.MIN);
    return begun.isAfter(self.info().startInstant().orElse(Instant.MAX));
  }

  /**
   * Reads {@code pid (name) state …}; a name may have blanks and parentheses. A process whose first
   * thread has ended before the others has the state of a zombie too, but still counts its threads.
   */
  private static boolean isZombie(Path stat) {
    final int state = 0; // the fields behind the name, by proc_pid_stat(5)
    final int threads = 17;
    try {
      String line = Files.readString(stat, StandardCharsets.ISO_8859_1);
      String[] fields = line.substring(line.lastIndexOf(')') + 2).split(" ", -1);
      return "ZX".contains(fields[state]) && Integer.parseInt(fields[threads]) <= 1;
    } catch (IOException | RuntimeException e) {
      return false; // it is gone, which the JDK knows, or tells something that is not understood
    }
  }
}
