package com.jstorrent.iodaemon.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.jstorrent.iodaemon.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.commons.codec.digest.DigestUtils;
import org.junit.jupiter.api.Test;

/** The distribution's bill of materials is correct. */
class SbomIT {
  private static final Path DIST = Path.of(System.getProperty("dist.dir"));

  /** Skips the test in a build without network (mvn -o): the plugin makes no bill of materials there. */
  static Map<?, ?> sbom() throws IOException {
    assumeFalse("offline: true".equals(System.getProperty("build.network")),
        "An offline build makes no bill of materials.");
    return Json.readObject(Files.readString(DIST.resolve("jstorrent-io-daemon.cdx.json")));
  }

  private static String sha256(Map<?, ?> component) {
    return ((List<?>) component.get("hashes"))
        .stream()
        .map(hash -> (Map<?, ?>) hash)
        .filter(hash -> hash.get("alg").equals("SHA-256"))
        .map(hash -> (String) hash.get("content"))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void listsExactlyTheJarsOfTheDistribution() throws Exception {
    Map<String, String> named = new TreeMap<>();
    for (Object entry : (List<?>) sbom().get("components")) {
      Map<?, ?> component = (Map<?, ?>) entry;
      String jar = component.get("name") + "-" + component.get("version") + ".jar";
      assertThat((String) component.get("purl")).contains("@" + component.get("version"));
      named.put(jar, sha256(component));
    }
    Map<String, String> there = new TreeMap<>();
    try (Stream<Path> files = Files.list(DIST.resolve("lib"))) {
      for (Path jar : files.filter(file -> file.toString().endsWith(".jar")).toList()) {
        there.put(jar.getFileName().toString(), DigestUtils.sha256Hex(Files.readAllBytes(jar)));
      }
    }
    // The daemon's own jar is the subject of the SBOM, not one of its components.
    assertThat(there.remove("iodaemon-launcher.jar")).isNotNull();
    assertThat(named).isEqualTo(there);
  }

  @Test
  void describesTheDaemonAndIsReproducible() throws Exception {
    Map<?, ?> sbom = sbom();
    Map<?, ?> metadata = (Map<?, ?>) sbom.get("metadata");
    Map<?, ?> daemon = (Map<?, ?>) metadata.get("component");
    assertThat(daemon.get("name")).isEqualTo("iodaemon-launcher");
    assertThat(daemon.get("type")).isEqualTo("application");
    assertThat(sbom.containsKey("serialNumber")).isFalse();
    assertThat(metadata.containsKey("timestamp")).isFalse();
  }
}
