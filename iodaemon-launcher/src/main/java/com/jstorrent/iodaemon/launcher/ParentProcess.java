package com.jstorrent.iodaemon.launcher;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Optional;

/**
 * Tells whether the parent process is running, identified by pid and start time, without starting
 * other processes.
 *
 * <p>On Linux the parent's {@code /proc/PID/stat} is held open. It shows zombies (ended parents
 * that were not reaped); it never refers to another process with the same pid; and it can be read
 * when there are no descriptors left, which {@link ProcessHandle#isAlive} takes for the end of the
 * process. On other systems the JDK is asked. On macOS a zombie counts as running until it is
 * reaped; Windows has no zombies. Both are untested.
 */
@FunctionalInterface
interface ParentProcess {
  boolean WINDOWS = System.getProperty("os.name", "").startsWith("Windows");

  /** More than the file's only line can have. */
  int STAT_BYTES = 4 << 10;

  /** Whether the process is running. Takes some microseconds. Thread-safe. */
  boolean isRunning();

  /**
   * The process with this pid. If it started after this one and the system does not call it the parent, the parent has
   * ended and its pid was reused.
   */
  static ParentProcess of(long pid) {
    return of(ProcessHandle.of(pid), ProcessHandle.current(), Path.of("/proc", Long.toString(pid)));
  }

  /**
   * @param parent the process that has the pid now
   * @param folder the pid's folder in {@code /proc}; need not exist
   */
  static ParentProcess of(Optional<ProcessHandle> parent, ProcessHandle self, Path folder) {
    boolean known = !WINDOWS && self.parent().equals(parent); // Windows keeps the pid of a parent that has ended
    if (parent.isEmpty() || !known && beganAfter(parent.get(), self)) {
      return () -> false;
    }
    ProcessHandle handle = parent.get();
    try {
      FileChannel stat = FileChannel.open(folder.resolve("stat"), StandardOpenOption.READ);
      if (handle.isAlive()) { // it still is, so the opened file is the parent's
        return () -> runs(stat);
      }
      stat.close();
      return () -> false;
    } catch (IOException e) {
      return handle::isAlive; // not Linux, or /proc hides processes
    }
  }

  private static boolean beganAfter(ProcessHandle process, ProcessHandle self) {
    Instant begun = process.info().startInstant().orElse(Instant.MIN);
    return begun.isAfter(self.info().startInstant().orElse(Instant.MAX));
  }

  /**
   * Parses {@code pid (name) state …}; a name may contain blanks and parentheses. A process whose
   * first thread has ended before the others is shown as a zombie too, but with more than one
   * thread.
   */
  private static boolean runs(FileChannel stat) {
    final int state = 0; // indices of the fields after the name, see proc_pid_stat(5)
    final int threads = 17;
    ByteBuffer text = ByteBuffer.allocate(STAT_BYTES);
    try {
      while (stat.read(text, text.position()) > 0) {} // reading at position 0 refreshes the content
    } catch (IOException e) {
      return false; // the process was reaped
    }
    String line = new String(text.array(), 0, text.position(), StandardCharsets.ISO_8859_1);
    try {
      String[] fields = line.substring(line.lastIndexOf(')') + 2).split(" ", -1);
      return !"ZX".contains(fields[state]) || Integer.parseInt(fields[threads]) > 1;
    } catch (RuntimeException e) {
      return true; // it exists, in an unknown format
    }
  }
}
