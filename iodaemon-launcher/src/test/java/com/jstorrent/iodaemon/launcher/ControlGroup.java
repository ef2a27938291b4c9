package com.jstorrent.iodaemon.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** A control group of Linux, version 1 or 2, that limits memory as a container does. */
final class ControlGroup implements AutoCloseable {
  private static final Path ROOT = Path.of("/sys/fs/cgroup");
  private static final AtomicInteger COUNT = new AtomicInteger();

  private final Path folder;

  private ControlGroup(Path folder) throws IOException {
    this.folder = Files.createDirectory(folder);
  }

  /** A new group; skips the test, with a visible message, where none can be made. */
  static ControlGroup ofMebibytes(long limit) {
    try {
      return new ControlGroup(parent().resolve(freshName())).limited(limit);
    } catch (IOException e) {
      String message =
          "SKIPPED: a control group for memory cannot be made here; root can, outside of a container ("
              + e + ")";
      System.err.println(message);
      return Assumptions.abort(message);
    }
  }

  private static String freshName() {
    return "iodaemon-" + ProcessHandle.current().pid() + "-" + COUNT.incrementAndGet();
  }

  private static Path parent() throws IOException {
    Path second = ROOT.resolve("cgroup.subtree_control");
    if (Files.exists(second)) {
      if (!Files.readString(second).contains("memory")) {
        Files.writeString(second, "+memory");
      }
      return ROOT;
    }
    Path own = ROOT.resolve("memory" + ownGroup());
    return Files.exists(own) ? own : ROOT.resolve("memory");
  }

  /** The group of this process in version 1. */
  private static String ownGroup() throws IOException {
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/cgroup"))) {
      return lines.map(line -> line.split(":", 3))
          .filter(fields -> List.of(fields[1].split(",")).contains("memory"))
          .map(fields -> fields[2])
          .findFirst()
          .orElse("/");
    }
  }

  private ControlGroup limited(long mebibytes) throws IOException {
    String bytes = Long.toString(mebibytes << 20);
    try {
      Files.writeString(file("memory.max", "memory.limit_in_bytes"), bytes);
      Path swap = file("memory.swap.max", "memory.memsw.limit_in_bytes");
      if (Files.exists(swap)) {
        Files.writeString(swap, isSecond() ? "0" : bytes);
      }
    } catch (IOException e) {
      close();
      throw e;
    }
    return this;
  }

  /** A group in this one, without a limit of its own. */
  ControlGroup inner() throws IOException {
    if (isSecond()) {
      Files.writeString(folder.resolve("cgroup.subtree_control"), "+memory");
    }
    return new ControlGroup(folder.resolve(freshName()));
  }

  private boolean isSecond() {
    return Files.exists(folder.resolve("memory.max"));
  }

  private Path file(String second, String first) {
    return folder.resolve(isSecond() ? second : first);
  }

  /** The command that runs another one in this group. */
  List<String> command(List<String> command) {
    String enter = "echo 0 > \"$1/cgroup.procs\" && shift && exec \"$@\"";
    List<String> all = new ArrayList<>(List.of("sh", "-c", enter, "sh", folder.toString()));
    all.addAll(command);
    return all;
  }

  /** The most that the processes in it have had at once, in bytes. */
  long peakBytes() throws IOException {
    String text = Files.readString(file("memory.peak", "memory.max_usage_in_bytes"));
    return Long.parseLong(text.strip());
  }

  /** Its processes must have ended. */
  @Override
  public void close() throws IOException {
    Files.deleteIfExists(folder);
  }
}
