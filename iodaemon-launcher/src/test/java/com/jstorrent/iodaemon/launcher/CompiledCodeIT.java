package com.jstorrent.iodaemon.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The options for this release of the JVM let the optimizing compiler compile what computes and what decodes
 * frames.
 */
@Timeout(600)
class CompiledCodeIT {
  private static final int BODY_BYTES = 1 << 20;
  private static final Pattern OWN_PACKAGE =
      Pattern.compile("MaxNodeLimit,(com/jstorrent/[a-z/]+)");

  private final Path home = Path.of(System.getProperty("java.home"));
  private final Path jcmd = home.resolve("bin").resolve("jcmd");
  private final Path options =
      DaemonProcess.script()
          .resolve("../../conf/jvm-" + Runtime.version().feature() + ".options")
          .normalize();

  @BeforeEach
  void requireOptions() {
    if (!Files.exists(options) || !Files.isExecutable(jcmd)) {
      String message = "SKIPPED: there are no options for this release, or it has no jcmd";
      System.err.println(message);
      Assumptions.abort(message);
    }
  }

  @Test
  void onlyDigestsAreOptimizedWhenPiecesAreHashed() throws Exception {
    Map<String, String> environment = Map.of("JSTORRENT_JAVA_HOME", home.toString());
    try (DaemonProcess daemon = DaemonProcess.start(environment, "--port", "0", "--token", "t");
        HttpClient http = HttpClient.newHttpClient()) {
      HttpRequest hash =
          HttpRequest.newBuilder(
              URI.create("http://127.0.0.1:" + daemon.port() + "/hash/sha1"))
              .header("X-JST-Auth", "t")
              .POST(HttpRequest.BodyPublishers.ofByteArray(new byte[BODY_BYTES]))
              .build();
      List<String> optimized;
      do { // until it is worth it, in the judgement of the JVM
        for (int i = 0; i < 50; i++) {
          assertThat(http.send(hash, BodyHandlers.ofString()).statusCode()).isEqualTo(200);
        }
        optimized = optimizedMethods(daemon.process().pid());
      } while (optimized.isEmpty());
      assertThat(optimized).allMatch(method -> method.startsWith("sun.security.provider."));
    }
  }

  /** The JVM would not report a package that has been renamed. */
  @Test
  void theOptionsNamePackagesThatExist() throws Exception {
    List<String> packages =
        OWN_PACKAGE.matcher(Files.readString(options))
            .results()
            .map(found -> found.group(1))
            .toList();
    assertThat(packages)
        .isNotEmpty()
        .allSatisfy(name -> assertThat(getClass().getClassLoader().getResource(name)).isNotNull());
  }

  /** The methods with code of the optimizing compiler (level 4) in a running JVM. */
  private List<String> optimizedMethods(long pid) throws Exception {
    Process list =
        new ProcessBuilder(jcmd.toString(), Long.toString(pid), "Compiler.codelist")
            .redirectErrorStream(true)
            .start();
    List<String> lines = list.inputReader().lines().toList();
    assertThat(list.waitFor()).as(lines.toString()).isZero();
    return lines.stream()
        .map(line -> line.split(" "))
        .filter(words -> words.length > 3 && words[1].equals("4"))
        .map(words -> words[3])
        .toList();
  }
}
