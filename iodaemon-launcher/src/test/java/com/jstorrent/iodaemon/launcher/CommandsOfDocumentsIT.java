package com.jstorrent.iodaemon.launcher;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The commands of the documents run as they are written, block after block, in a copy of the repository
 * that has been built.
 */
@Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // a process may not answer
@EnabledOnOs({OS.LINUX, OS.MAC})
class CommandsOfDocumentsIT {
  /** What is not run, and why. Everything else in a block of commands is. */
  private static final Map<String, String> NOT_RUN =
      Map.of(
          "mvn",
          "it would build again what is being tested: its profiles, modules, tests and properties are checked",
          "copy", "a command of Windows",
          "jpackage", "it makes a program for Windows there");

  /** Languages of blocks of commands that are not sh. */
  private static final Set<String> OTHER_SHELLS =
      Set.of("bash", "shell", "console", "zsh", "powershell", "cmd");

  private static final String IMAGE = "iodaemon-launcher/target/jstorrent-io-daemon-image.tar.gz";
  private static final String DEBUGGER = "127.0.0.1:5005";
  private static final Pattern PORT = Pattern.compile("^(\\d+)$|http://127\\.0\\.0\\.1:(\\d+)");

  @TempDir
  Path folder;

  private Path copy;
  private Path home;

  static List<String> documents() throws IOException {
    List<String> documents = new ArrayList<>();
    for (String document : DocumentedBlock.documents()) {
      if (DocumentedBlock.of(document).stream().anyMatch(block -> block.language().equals("sh"))) {
        documents.add(document);
      }
    }
    return documents;
  }

  @ParameterizedTest
  @MethodSource("documents")
  void itsCommandsRunAsWritten(String document) throws Exception {
    copyRepository();
    prepareHome();
    for (DocumentedBlock block : DocumentedBlock.of(document)) {
      if (block.language().equals("sh")) {
        if (block.text().contains(IMAGE) && !Files.exists(copy.resolve(IMAGE))) {
          String message =
              "SKIPPED from " + block.place() + " on: for the image run: mvn -Pimage verify";
          System.err.println(message);
          Assumptions.abort(message);
        }
        run(block);
      }
    }
  }

  @Test
  void whatIsNotRunIsListedWithAReason() throws Exception {
    for (String document : DocumentedBlock.documents()) {
      for (DocumentedBlock block : DocumentedBlock.of(document)) {
        assertThat(OTHER_SHELLS).as(block.place()).doesNotContain(block.language());
        if (block.language().equals("bat")) {
          assertThat(block.text().replace("^\n", " ").lines().map(line -> line.split(" ")[0]))
              .as(block.place())
              .isSubsetOf(NOT_RUN.keySet());
        }
      }
    }
  }

  @Test
  void callsOfMavenInTheTextAreRight() throws Exception {
    for (String document : DocumentedBlock.documents()) {
      for (String arguments : DocumentedBlock.inlineMaven(document)) {
        MavenCommand.of(arguments).check();
      }
    }
  }

  /** What a clone has, and the distribution that Maven has made of it. */
  private void copyRepository() throws IOException {
    copy = Files.createDirectory(folder.resolve("clone"));
    Path repository = DocumentedBlock.REPOSITORY;
    Files.walkFileTree(
        repository,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path from, BasicFileAttributes attributes)
              throws IOException {
            if (Set.of("target", ".git", ".cifuzz-corpus")
                .contains(from.getFileName().toString())) {
              return FileVisitResult.SKIP_SUBTREE;
            }
            Files.createDirectories(copy.resolve(repository.relativize(from)));
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path from, BasicFileAttributes attributes)
              throws IOException {
            Files.copy(
                from, copy.resolve(repository.relativize(from)),
                StandardCopyOption.COPY_ATTRIBUTES);
            return FileVisitResult.CONTINUE;
          }
        });
    Path target = copy.resolve("iodaemon-launcher").resolve("target");
    Installation.in(Path.of("target", "dist"), target.resolve("dist"));
    if (Files.exists(repository.resolve(IMAGE))) {
      Files.copy(repository.resolve(IMAGE), copy.resolve(IMAGE));
    }
  }

  /** The user's folder, with a native-host, and a Maven that notes how it was called. */
  private void prepareHome() throws IOException {
    home = Files.createDirectory(folder.resolve("home"));
    Path host =
        Files.createDirectories(home.resolve(".local").resolve("lib").resolve("jstorrent-native"));
    Files.createFile(host.resolve("jstorrent-io-daemon"));
    Path maven = Files.createDirectory(home.resolve("bin")).resolve("mvn");
    Files.writeString(maven, "#!/bin/sh\necho \"$*\" >> \"$HOME/maven.log\"\n");
    Files.setPosixFilePermissions(maven, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private void run(DocumentedBlock block) throws Exception {
    Path stderr = folder.resolve("stderr");
    Process shell = start(block, stderr);
    try (BufferedReader out = shell.inputReader(UTF_8)) {
      if (block.serves()) {
        assertHealthy(port(out, block, stderr));
        daemons(shell).forEach(ProcessHandle::destroy);
      }
      String said = String.join("\n", out.lines().toList());
      assertThat(shell.waitFor())
          .as("%s said: %s%s", block.place(), said, Files.readString(stderr))
          .isZero();
      Path maven = home.resolve("maven.log");
      if (Files.exists(maven)) {
        for (String arguments : Files.readAllLines(maven)) {
          MavenCommand.of(arguments).check();
        }
      }
    } finally {
      shell.descendants().forEach(ProcessHandle::destroyForcibly);
      shell.destroyForcibly();
    }
  }

  private Process start(DocumentedBlock block, Path stderr) throws IOException {
    List<String> command = new ArrayList<>();
    if (OS.LINUX.isCurrentOs()) { // signals that are ignored here would be ignored there
      command.addAll(List.of("env", "--default-signal=HUP,INT,TERM"));
    }
    command.addAll(List.of("sh", "-eu", "-c", block.text().replace(DEBUGGER, freeAddress())));
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(copy.toFile()).redirectError(stderr.toFile());
    Map<String, String> environment = builder.environment();
    environment.keySet().removeIf(name -> name.startsWith("JSTORRENT_"));
    environment.put("HOME", home.toString());
    environment.put("PATH", home.resolve("bin") + ":" + environment.get("PATH"));
    Process process = builder.start();
    process.getOutputStream().close();
    return process;
  }

  private static String freeAddress() throws IOException {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return "127.0.0.1:" + free.getLocalPort();
    }
  }

  private static int port(BufferedReader out, DocumentedBlock block, Path stderr)
      throws IOException {
    for (String line; (line = out.readLine()) != null;) {
      Matcher port = PORT.matcher(line);
      if (port.find()) {
        return Integer.parseInt(port.group(1) != null ? port.group(1) : port.group(2));
      }
    }
    throw new AssertionError(block.place() + " has not served: " + Files.readString(stderr));
  }

  private static void assertHealthy(int port) throws Exception {
    HttpRequest health =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/health")).build();
    assertThat(HttpClient.newHttpClient().send(health, BodyHandlers.ofString()).body())
        .isEqualTo("ok");
  }

  /** The JVMs that the shell has started, or has become. */
  private static List<ProcessHandle> daemons(Process shell) {
    return Stream.concat(Stream.of(shell.toHandle()), shell.descendants())
        .filter(process -> process.info().command().orElse("").endsWith("/java"))
        .toList();
  }
}
