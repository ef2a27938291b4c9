package com.jstorrent.iodaemon.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The archive of the distribution spares a start the loading of classes from jars. */
class ArchivedClassesIT {
  private static final Path LIB = Path.of(System.getProperty("dist.dir"), "lib");

  @TempDir
  Path folder;

  @Test
  void aStartAsByNativeHostLoadsNoClassFromAJar() throws Exception {
    if (!Files.exists(LIB.resolve("app.aot"))) {
      String message = "SKIPPED: the build's JVM makes no AOT cache, which takes JDK 25 or newer";
      System.err.println(message);
      Assumptions.abort(message);
    }
    Path log = folder.resolve("classes");
    Map<String, String> environment =
        Map.of("JSTORRENT_JAVA_OPTIONS", "-Xlog:class+load:file=" + log);
    try (DaemonProcess daemon =
        DaemonProcess.start(
            environment, "--port", "0", "--token", "t", "--parent-pid",
            Long.toString(ProcessHandle.current().pid()), "--install-id", "none")) {
      daemon.port();
      daemon.terminate();
      assertThat(daemon.awaitExit()).isZero();
    }
    List<String> loaded = Files.readAllLines(log);
    assertThat(loaded).anyMatch(line -> line.contains("picocli.CommandLine "));
    assertThat(classesFromJars(loaded)).isEmpty();
  }

  private static Stream<String> classesFromJars(List<String> loaded) {
    return loaded.stream().filter(line -> line.contains("source: file:"));
  }
}
