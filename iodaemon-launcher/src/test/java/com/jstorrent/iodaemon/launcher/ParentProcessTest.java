package com.jstorrent.iodaemon.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** PROTOCOL.md § 1, --parent-pid: when a parent counts as ended. */
class ParentProcessTest {
  private static final String REST = " 1 1 1 0 -1 4194304 1 1 0 0 1 1 1 1 20 0 %d 0 7 1 1";

  private final AtomicBoolean known = new AtomicBoolean(true);

  private static String stat(char state, int threads) {
    return "7 (a) R (name)) " + state + REST.formatted(threads) + "\n";
  }

  /** A process that the JDK may report as ended. */
  private ProcessHandle handle() {
    ProcessHandle self = ProcessHandle.current();
    return (ProcessHandle) Proxy.newProxyInstance(
        getClass().getClassLoader(),
        new Class<?>[] {ProcessHandle.class},
        (proxy, method, arguments) -> method.getName().equals("isAlive")
            ? known.get()
            : method.invoke(self, arguments));
  }

  private ParentProcess parent(Path folder) {
    return ParentProcess.of(Optional.of(handle()), ProcessHandle.current(), folder);
  }

  /** The JDK opens a file for each check. */
  @Test
  void aLackOfDescriptorsIsNotTakenForTheEndOfTheParent(@TempDir Path folder) throws Exception {
    Files.writeString(folder.resolve("stat"), stat('S', 4));
    ParentProcess parent = parent(folder);
    known.set(false);
    assertThat(parent.isRunning()).isTrue();
  }

  @Test
  void aZombieIsGone(@TempDir Path folder) throws Exception {
    Path stat = Files.writeString(folder.resolve("stat"), stat('S', 4));
    ParentProcess parent = parent(folder);
    assertThat(parent.isRunning()).isTrue();
    Files.writeString(stat, stat('Z', 4));
    assertThat(parent.isRunning()).as("only its first thread has ended").isTrue();
    Files.writeString(stat, stat('Z', 1));
    assertThat(parent.isRunning()).isFalse();
  }

  @Test
  void anUnknownFormatCountsAsRunning(@TempDir Path folder) throws Exception {
    Files.writeString(folder.resolve("stat"), "7 (a) Z 1");
    assertThat(parent(folder).isRunning()).isTrue();
  }

  @Test
  void withoutAFileTheJdkIsAsked(@TempDir Path folder) {
    ParentProcess parent = parent(folder);
    assertThat(parent.isRunning()).isTrue();
    known.set(false);
    assertThat(parent.isRunning()).isFalse();
  }

  @Test
  void aReapedProcessIsGone() throws Exception {
    Process child = new ProcessBuilder("cat").start();
    ParentProcess process =
        ParentProcess.of(
            Optional.of(child.toHandle()),
            child.toHandle(),
            Path.of("/proc", Long.toString(child.pid())));
    assertThat(process.isRunning()).isTrue();
    child.outputWriter().close(); // the end of its input
    child.waitFor();
    assertThat(process.isRunning()).isFalse();
  }
}
