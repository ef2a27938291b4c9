package com.jstorrent.iodaemon.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The program that compares the daemon with one that only copies still runs; what it measures does not matter. */
@Timeout(600)
class BesidePlainCopyIT {
  private static final String MEBIBYTES = "64";

  @Test
  void itShowsEveryLoadColdAndWarm() throws Exception {
    Path program =
        DocumentedBlock.REPOSITORY.resolve("iodaemon-jmh/src/script/BesidePlainCopy.java");
    List<String> command =
        List.of(Jvm.NEWEST.java(), program.toString(), DaemonProcess.script().toString(), "1",
            MEBIBYTES);
    try (DaemonProcess comparison = DaemonProcess.run(command)) {
      List<String> lines = comparison.restOfStdout().lines().skip(1).toList();
      assertThat(comparison.awaitExit()).as(comparison.stderr()).isZero();
      assertThat(lines).hasSize(12)
          .allMatch(line -> line.matches(
              "(receive|send) +(1|50|500) +(cold|warm)( +\\d+(\\.\\d+)?){5}"));
    }
  }
}
