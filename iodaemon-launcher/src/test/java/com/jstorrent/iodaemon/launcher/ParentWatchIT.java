package com.jstorrent.iodaemon.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.jstorrent.iodaemon.testkit.Program;
import com.jstorrent.iodaemon.testkit.TestDaemon;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** PROTOCOL.md § 1, {@code --parent-pid}: every way in which a parent can end. */
@Timeout(600)
@EnabledOnOs({OS.LINUX, OS.MAC})
class ParentWatchIT {
  private static final Path LAST_PID = Path.of("/proc/sys/kernel/ns_last_pid");
  private static final int TRIES = 200;

  private static DaemonProcess daemon(long parent) throws IOException {
    return DaemonProcess.start(Map.of(), "--token", "t", "--parent-pid", Long.toString(parent));
  }

  private static void assertEnds(DaemonProcess daemon) throws Exception {
    assertThat(daemon.awaitExit()).as(daemon.stderr()).isZero();
    assertThat(daemon.stderr()).contains("The parent process is gone.");
  }

  @Test
  void itEndsWithAParentThatExits() throws Exception {
    Process parent = new ProcessBuilder("cat").start();
    try (DaemonProcess daemon = daemon(parent.pid())) {
      daemon.port();
      assertThat(daemon.process().isAlive()).isTrue();
      parent.getOutputStream().close();
      assertEnds(daemon);
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void itEndsWithAParentThatIsAZombie() throws Exception {
    try (Program careless = Program.start("sh", "-c", "sleep 600 & echo $!; exec sleep 600")) {
      long parent = Long.parseLong(careless.readLine());
      try (DaemonProcess daemon = daemon(parent)) {
        daemon.port();
        DaemonProcess.signal("KILL", parent);
        assertEnds(daemon);
        assertThat(Files.readString(Path.of("/proc/" + parent + "/stat"))).contains(") Z ");
      }
    }
  }

  @Test
  void itEndsWhenItsParentHasAlreadyEnded() throws Exception {
    Process parent = new ProcessBuilder("true").start();
    parent.waitFor();
    try (DaemonProcess daemon = daemon(parent.pid())) {
      assertEnds(daemon);
    }
  }

  @Test
  void itEndsWhenThePidBelongsToALaterProcess() throws Exception {
    // The shell waits until the later process runs, and then becomes the daemon.
    String line = "read pid && exec \"$0\" --token t --parent-pid \"$pid\"";
    try (DaemonProcess daemon =
        DaemonProcess.run(
            List.of("sh", "-c", line, DaemonProcess.script().toString()))) {
      ProcessHandle self = daemon.process().toHandle();
      try (Program later = laterThan(self)) {
        daemon.process().getOutputStream().write((later.readLine() + "\n").getBytes());
        daemon.process().getOutputStream().flush();
        assertEnds(daemon);
      }
    }
  }

  /** Starts processes until one of them is later by more than the resolution of start times. */
  private static Program laterThan(ProcessHandle process) throws IOException {
    while (true) {
      Program later = Program.start("sh", "-c", "echo $$; exec sleep 600");
      if (began(later.handle()).isAfter(began(process))) {
        return later;
      }
      later.close();
    }
  }

  private static Instant began(ProcessHandle process) {
    return process.info().startInstant().orElseThrow();
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void itEndsWhenThePidIsReusedWhileItRuns() throws Exception {
    assumeTrue(Files.isWritable(LAST_PID), "SKIPPED, LOUDLY: pids cannot be chosen here.");
    Process parent = new ProcessBuilder("sleep", "600").start();
    try (DaemonProcess daemon = daemon(parent.pid())) {
      daemon.port();
      daemon.signal("STOP"); // so that it does not notice that there is no such process for a moment
      parent.destroyForcibly().waitFor();
      try (Program other = withPid(parent.pid())) {
        assertThat(other).isNotNull();
        assertThat(ProcessHandle.of(parent.pid())).isPresent();
        daemon.signal("CONT");
        assertEnds(daemon);
      }
    }
  }

  private static Program withPid(long pid) throws IOException {
    String begin = "echo " + (pid - 1) + " > " + LAST_PID + " && { sleep 600 & echo $!; wait; }";
    for (int i = 0; i < TRIES; i++) {
      Program program = Program.start("sh", "-c", begin);
      String got = program.readLine();
      if (got.equals(Long.toString(pid))) {
        return program;
      }
      program.close();
    }
    assumeTrue(false, "SKIPPED, LOUDLY: another process got the pid.");
    throw new IllegalStateException();
  }
}
