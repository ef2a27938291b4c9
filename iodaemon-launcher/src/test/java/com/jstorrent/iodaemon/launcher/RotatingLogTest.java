package com.jstorrent.iodaemon.launcher;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class RotatingLogTest {
  private static final int MEGABYTE = 1_000_000;

  @TempDir
  Path folder;

  /** A line of one megabyte that starts with its number. */
  private static byte[] line(int number) {
    return (number + " " + "x".repeat(MEGABYTE) + "\n").getBytes(UTF_8);
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
  void fullFilesAreShiftedAndTheOldestIsDeleted() throws Exception {
    Path file = folder.resolve("log");
    RotatingLog log = RotatingLog.open(file);
    for (int i = 0; i < 19; i++) { // five per file
      log.write(line(i));
    }
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
    RotatingLog log = RotatingLog.open(file);
    for (int i = 0; i < 12; i++) {
      log.write(line(i));
    }
    assertThat(files()).hasSize(3);
    for (Path each : files()) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(each)))
          .as(each.getFileName().toString())
          .isEqualTo("rw-------");
    }
  }

  @Test
  void aRestartAppendsToTheSameFile() throws Exception {
    Path file = folder.resolve("log");
    RotatingLog.open(file).write(line(1));
    RotatingLog.open(file).write(line(2));
    assertThat(files()).containsExactly(file);
    assertThat(Files.size(file)).isEqualTo(2L * line(1).length);
  }

  @Test
  void aFileMovedByAnotherProgramIsLeftThere() throws Exception {
    Path file = folder.resolve("log");
    RotatingLog log = RotatingLog.open(file);
    for (int i = 0; i < 5; i++) {
      log.write(line(i));
    }
    Files.move(file, folder.resolve("log.1"));
    Files.writeString(file, "new\n");
    log.write(line(5));
    assertThat(files()).containsExactly(file, folder.resolve("log.1"));
    assertThat(Files.readString(file)).startsWith("new\n5 ");
    Files.delete(file);
    for (int i = 6; i < 12; i++) {
      log.write(line(i));
    }
    assertThat(firstWord(file)).as("the first one that found it missing").isEqualTo("10");
  }
}
