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

/** The options that the start script gives the JVM: by its release, and by the memory there is. */
@EnabledOnOs(OS.LINUX)
class JvmOptionsIT {
  @TempDir
  Path jvm;

  /** A JVM that prints its arguments. */
  @BeforeEach
  void makeJvm() throws Exception {
    setRelease("99");
    Path java = Files.createDirectory(jvm.resolve("bin")).resolve("java");
    Files.writeString(java, "#!/bin/sh\nprintf '%s\\n' \"$@\"\n");
    Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private void setRelease(String version) throws Exception {
    Files.writeString(jvm.resolve("release"), "JAVA_VERSION=\"" + version + "\"\n");
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
  @CsvSource({"64,20,12,64,128", "256,20,12,64,128", "300,20,12,75,150", "1024,20,12,256,512"})
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
    assertThat(arguments)
        .containsSubsequence(arguments.get(2), "@" + conf("jvm.options"), "-Xmx99m");
  }

  /** Another release might refuse to start with them. */
  @ParameterizedTest
  @CsvSource({"21.0.8,false", "24,false", "25,true", "25.0.3,true", "26.0.1,false", "250,false"})
  void theOptionsOfOneReleaseAreForThatReleaseOnly(String version, boolean given) throws Exception {
    setRelease(version);
    assertThat(arguments(script()).contains("@" + conf("jvm-25.options"))).isEqualTo(given);
  }

  private static String conf(String name) {
    return DaemonProcess.script().resolve("../../conf").resolve(name).normalize().toString();
  }
}
