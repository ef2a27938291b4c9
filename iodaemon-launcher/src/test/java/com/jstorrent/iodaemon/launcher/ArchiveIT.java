package com.jstorrent.iodaemon.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.testkit.Peer;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The daemon starts from the archive that the build made for it. */
@Timeout(600)
@EnabledOnOs({OS.LINUX, OS.MAC})
class ArchiveIT {
  private static final String JVM_LOG = "jvm.log";

  @TempDir
  Path folder;

  private Path script;
  private Path home;

  @BeforeEach
  void copyDistribution() throws Exception {
    home = folder.resolve("copy");
    Path original = DaemonProcess.script().getParent().getParent();
    List<Path> all;
    try (Stream<Path> files = Files.walk(original)) {
      all = files.toList();
    }
    for (Path from : all) {
      Path to = home.resolve(original.relativize(from).toString());
      Files.copy(from, to, StandardCopyOption.COPY_ATTRIBUTES);
    }
    script = home.resolve("bin").resolve("jstorrent-io-daemon");
  }

  @Test
  void theClassesComeFromTheArchive() throws Exception {
    assertThat(sourceOf("launcher.Main")).contains("shared objects file");
  }

  @Test
  void theyDoInACopyThatHasLostTheTimesOfItsFiles() throws Exception {
    Instant time = Instant.now();
    try (Stream<Path> files = Files.list(home.resolve("lib"))) {
      for (Path file : files.toList()) {
        time = time.plusSeconds(1);
        Files.setLastModifiedTime(file, FileTime.from(time));
      }
    }
    assertThat(sourceOf("launcher.Main")).contains("shared objects file");
  }

  @ParameterizedTest
  @CsvSource({
      "iodaemon-core,     iodaemon.IoDaemon, true", "iodaemon-core,     iodaemon.IoDaemon, false",
      "iodaemon-launcher, launcher.Main,     true", "iodaemon-launcher, launcher.Main,     false",
  })
  void aJarThatWasReplacedIsLoaded(String name, String type, boolean keepsTime) throws Exception {
    Path jar;
    try (Stream<Path> files = Files.list(home.resolve("lib"))) {
      jar = files.filter(file -> file.getFileName().toString().startsWith(name))
          .findAny()
          .orElseThrow();
    }
    FileTime time = Files.getLastModifiedTime(jar);
    Files.write(jar, new byte[] {0}, StandardOpenOption.APPEND); // the JVM reads it as before
    if (keepsTime) {
      Files.setLastModifiedTime(jar, time);
    }
    assertThat(sourceOf(type)).contains(jar.getFileName().toString());
  }

  @Test
  void anArchiveOfAnotherDistributionIsNotUsed() throws Exception {
    Path checksums = home.resolve("lib").resolve("app.cksum");
    Files.writeString(checksums, Files.readString(checksums).replaceFirst("\\d", "x"));
    assertThat(sourceOf("launcher.Main")).contains("iodaemon-launcher.jar");
    Files.delete(checksums);
    assertThat(sourceOf("launcher.Main")).contains("iodaemon-launcher.jar");
  }

  @Test
  void aStartAsByNativeHostLoadsNoClassFromAJar() throws Exception {
    requireCache();
    List<String> loaded =
        loadedClasses(
            "--parent-pid", Long.toString(ProcessHandle.current().pid()), "--install-id", "none");
    assertThat(loaded).anyMatch(line -> line.contains("picocli.CommandLine "));
    assertThat(loaded).noneMatch(line -> line.contains("source: file:"));
  }

  @Test
  void theFirstClientAndItsFirstSocketLoadNoClassFromAJar() throws Exception {
    requireCache();
    List<String> loaded = new ArrayList<>();
    logged("class+load", port -> {
      try (HttpClient http = HttpClient.newHttpClient();
          WireClient client = new WireClient(http, port, "t");
          Peer peer = Peer.open()) {
        client.send(new ClientFrame.TcpConnect(1, 1, peer.port(), "127.0.0.1"));
        assertThat(client.expect(DaemonFrame.TcpConnected.class).errno()).isZero();
        client.send(new ClientFrame.TcpClose(2, 1));
        client.expect(DaemonFrame.TcpClosed.class);
        // Not after the end, which finds the client still connected, or not.
        loaded.addAll(Files.readAllLines(folder.resolve(JVM_LOG)));
      }
    });
    assertThat(loaded).anyMatch(line -> line.contains(".TcpSocket "));
    assertThat(loaded).noneMatch(line -> line.contains("source: file:"));
  }

  /** To find that a class does not exist, the JVM opens all jars. */
  @Test
  void aStartSearchesForNoClassThatDoesNotExist() throws Exception {
    List<String> thrown = logged("exceptions", port -> {}, "--root", "files=" + folder);
    assertThat(thrown).isNotEmpty().noneMatch(line -> line.contains("ClassNotFound"));
  }

  private void requireCache() {
    if (!Files.exists(home.resolve("lib").resolve("app.aot"))) {
      String message = "SKIPPED: the build's JVM makes no AOT cache, which takes JDK 25 or newer";
      System.err.println(message);
      Assumptions.abort(message);
    }
  }

  /** Where a daemon loads a class from. */
  private String sourceOf(String name) throws Exception {
    return loadedClasses().stream()
        .filter(line -> line.contains(name + " source:"))
        .findFirst()
        .orElseThrow();
  }

  /** The classes that a daemon loads, and where from, as the JVM logs it: a line for each. */
  private List<String> loadedClasses(String... arguments) throws Exception {
    return logged("class+load", port -> {}, arguments);
  }

  /** What is done while the daemon runs. */
  private interface Use {
    void of(int port) throws Exception;
  }

  /** What the JVM of a daemon logs of something. */
  private List<String> logged(String tags, Use use, String... arguments) throws Exception {
    Path log = folder.resolve(JVM_LOG);
    Map<String, String> environment =
        Map.of(
            "JSTORRENT_JAVA_HOME", System.getProperty("java.home"), // it made the archive
            "JSTORRENT_JAVA_OPTIONS", "-Xlog:" + tags + ":file=" + log + "::filecount=0");
    List<String> command =
        new ArrayList<>(List.of(script.toString(), "--port", "0", "--token", "t"));
    command.addAll(List.of(arguments));
    try (DaemonProcess daemon = DaemonProcess.run(environment, command)) {
      use.of(daemon.port());
      daemon.terminate();
      assertThat(daemon.awaitExit()).as(daemon.stderr()).isZero();
    }
    return Files.readAllLines(log);
  }
}
