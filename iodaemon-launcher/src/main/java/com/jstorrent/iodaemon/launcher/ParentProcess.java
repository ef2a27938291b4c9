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
 * The process that has started this one, as far as it matters, by pid and start time, and without
 * starting anything. On Linux its file in {@code /proc} is held open: it knows zombies, parents that
 * were killed and that nobody looks after; it never becomes another process's; and it can be read when
 * no descriptor is left, which the JDK's own way takes for the end of the parent. Elsewhere the JDK
 * answers. On macOS a zombie passes for alive until it is reaped. Windows has none. The latter two are
 * untested.
 */
@FunctionalInterface
interface ParentProcess {
  /** More than the one line can have. */
  int STAT_BYTES = 4 << 10;

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
    try {
      FileChannel stat = FileChannel.open(folder.resolve("stat"), StandardOpenOption.READ);
      if (handle.isAlive()) { // still, so the file is the parent's
        return () -> runs(stat);
      }
      stat.close();
      return () -> false;
    } catch (IOException e) {
      return handle::isAlive; // not Linux, or one that hides processes
    }
  }

  private static boolean beganAfter(ProcessHandle process, ProcessHandle self) {
    Instant begun = process.info().startInstant().orElse(Instant.MIN);
    return begun.isAfter(self.info().startInstant().orElse(Instant.MAX));
  }

  /**
   * Reads {@code pid (name) state …}; a name may have blanks and parentheses. A process whose first
   * thread has ended before the others has the state of a zombie too, but still counts its threads.
   */
  private static boolean runs(FileChannel stat) {
    final int state = 0; // the fields behind the name, by proc_pid_stat(5)
    final int threads = 17;
    ByteBuffer text = ByteBuffer.allocate(STAT_BYTES);
    try {
      while (stat.read(text, text.position()) > 0) {} // the system makes it anew at position 0
    } catch (IOException e) {
      return false; // whose file this was has been reaped
    }
    String line = new String(text.array(), 0, text.position(), StandardCharsets.ISO_8859_1);
    try {
      String[] fields = line.substring(line.lastIndexOf(')') + 2).split(" ", -1);
      return !"ZX".contains(fields[state]) || Integer.parseInt(fields[threads]) > 1;
    } catch (RuntimeException e) {
      return true; // it is there, and tells something that is not understood
    }
  }
}
