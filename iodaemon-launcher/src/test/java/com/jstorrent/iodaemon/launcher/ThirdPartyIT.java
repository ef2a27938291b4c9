package com.jstorrent.iodaemon.launcher;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes.Name;
import java.util.jar.JarFile;
import org.junit.jupiter.api.Test;

/** The notices that the licences of the libraries ask for go with both forms of the program. */
class ThirdPartyIT {
  private static final Path DIST = Path.of(System.getProperty("dist.dir"));
  private static final Path JAR = Path.of(System.getProperty("dist.jar"));

  @Test
  void everyLibraryIsNamedWithItsLicence() throws Exception {
    List<String> lines = Files.readAllLines(DIST.resolve("THIRD-PARTY.txt"));
    List<String> libraries =
        ((List<?>) SbomIT.sbom().get("components"))
            .stream()
            .map(component -> (Map<?, ?>) component)
            .filter(component -> !component.get("group").equals("com.jstorrent"))
            .map(component -> (String) component.get("name"))
            .toList();
    assertThat(libraries).contains("gson", "slf4j-jdk14");
    assertThat(libraries)
        .allSatisfy(
            name -> assertThat(lines).anyMatch(line -> line.matches(name + " +.* License .*")));
  }

  @Test
  void theSingleFileHasTheSameNotices() throws Exception {
    try (JarFile jar = new JarFile(JAR.toFile());
        InputStream notices = jar.getInputStream(jar.getEntry("META-INF/THIRD-PARTY.txt"))) {
      assertThat(new String(notices.readAllBytes(), UTF_8))
          .isEqualTo(Files.readString(DIST.resolve("THIRD-PARTY.txt")));
    }
  }

  @Test
  void theSingleFileNamesNoOtherFiles() throws Exception {
    try (JarFile jar = new JarFile(JAR.toFile())) {
      assertThat(jar.getManifest().getMainAttributes().containsKey(Name.CLASS_PATH)).isFalse();
    }
  }
}
