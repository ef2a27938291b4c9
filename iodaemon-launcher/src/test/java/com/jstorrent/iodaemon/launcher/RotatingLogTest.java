package com.jstorrent.iodaemon.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.logging.Formatter;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class RotatingLogTest {
  private static final int MEGABYTE = 1_000_000;

  @TempDir
  Path folder;

  /** A line of one megabyte that begins with its number. */
  private static LogRecord line(int number) {
    return new LogRecord(Level.INFO, number + " " + "x".repeat(MEGABYTE) + "\n");
  }

  private static RotatingLog log(Path file) throws Exception {
    RotatingLog log = new RotatingLog(file);
    log.setFormatter(
        new Formatter() {
          @Override
          public String format(LogRecord record) {
            return record.getMessage();
          }
        });
    return log;
  }

  private List<Path> files() throws Exception {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    }
  }

  private static String firstWord(Path file) throws Exception {
    return Files.readString(file).split(" ", 2)[0];
  }

  @Test
  void fullFilesMoveOnAndTheOldestGoes() throws Exception {
    Path file = folder.resolve("log");
    RotatingLog log = log(file);
    for (int i = 0; i < 19; i++) { // five to a file
      log.publish(line(i));
    }
    log.close();
    assertThat(files())
        .containsExactly(file, folder.resolve("log.1"), folder.resolve("log.2"));
    assertThat(firstWord(file)).isEqualTo("15");
    assertThat(firstWord(folder.resolve("log.1"))).isEqualTo("10");
    assertThat(firstWord(folder.resolve("log.2"))).isEqualTo("5");
    assertThat(file).content().contains("18 ");
  }

  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void onlyTheOwnerMayReadAnyOfThem() throws Exception {
    Path file = Files.writeString(folder.resolve("log"), "of an older version\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    RotatingLog log = log(file);
    for (int i = 0; i < 12; i++) {
      log.publish(line(i));
    }
    log.close();
    assertThat(files()).hasSize(3);
    for (Path each : files()) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(each)))
          .as(each.getFileName().toString())
          .isEqualTo("rw-------");
    }
  }
}
