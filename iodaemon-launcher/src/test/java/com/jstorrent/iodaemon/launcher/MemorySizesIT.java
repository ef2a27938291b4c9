package com.jstorrent.iodaemon.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The start script sizes the JVM's memory by what the machine or the container has. */
@EnabledOnOs(OS.LINUX)
class MemorySizesIT {
  @TempDir
  Path jvm;

  /** A JVM that prints its arguments. */
  @BeforeEach
  void makeJvm() throws Exception {
    Files.writeString(jvm.resolve("release"), "JAVA_VERSION=\"99\"\n");
    Path java = Files.createDirectory(jvm.resolve("bin")).resolve("java");
    Files.writeString(java, "#!/bin/sh\nprintf '%s\\n' \"$@\"\n");
    Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private List<String> arguments(List<String> command) throws Exception {
    try (DaemonProcess script =
        DaemonProcess.run(
            Map.of("JSTORRENT_JAVA_HOME", jvm.toString(), "JSTORRENT_JAVA_OPTIONS", "-Xmx99m"),
            command)) {
      assertThat(script.awaitExit()).as(script.stderr()).isZero();
      assertThat(script.stderr()).isEmpty();
      return script.restOfStdout().lines().toList();
    }
  }

  private static List<String> script() {
    return List.of(DaemonProcess.script().toString());
  }

  @ParameterizedTest
  @CsvSource({"64,29,21,64,128", "256,29,21,64,128", "300,33,25,75,150", "1024,48,40,256,512"})
  void theSizesAreThoseOfTheContainer(
      long container, int least, int young, int most, int direct) throws Exception {
    try (ControlGroup group = ControlGroup.ofMebibytes(container)) {
      assertThat(arguments(group.command(script())))
          .startsWith(
              "-Xms" + least + "m", "-Xmn" + young + "m", "-Xmx" + most + "m",
              "-XX:MaxDirectMemorySize=" + direct + "m");
    }
  }

  @Test
  void theLimitOfAnOuterContainerCounts() throws Exception {
    try (ControlGroup outer = ControlGroup.ofMebibytes(300); ControlGroup inner = outer.inner()) {
      assertThat(arguments(inner.command(script()))).contains("-Xmx75m");
    }
  }

  @Test
  void onlyWhatIsUsefulIsTakenOfALargeMachine() throws Exception {
    assertThat(arguments(script()).get(2)).matches("-Xmx([0-9]{2}|[1-4][0-9]{2}|50[0-9]|51[0-2])m");
  }

  @Test
  void theUsersSizesComeLastAndSoTakePrecedence() throws Exception {
    List<String> arguments = arguments(script());
    String options =
        DaemonProcess.script().resolve("../../conf/jvm.options").normalize().toString();
    assertThat(arguments).containsSubsequence(arguments.get(2), "@" + options, "-Xmx99m");
  }
}
