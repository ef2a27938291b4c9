package com.jstorrent.iodaemon.launcher;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.jstorrent.iodaemon.testkit.TestDaemon;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.condition.OS;

/** The launcher as native-host runs it: a process that prints its port and is ended by a signal. */
final class DaemonProcess implements AutoCloseable {
  private static final long TIMEOUT_SECONDS = 60;

  private final Process process;
  private final BufferedReader stdout;
  private final Path stderr;

  private DaemonProcess(List<String> command, Map<String, String> environment)
      throws IOException {
    stderr = Files.createTempFile("daemon", ".err");
    ProcessBuilder builder = new ProcessBuilder(command).redirectError(stderr.toFile());
    builder.environment().putAll(environment);
    process = builder.start();
    stdout = process.inputReader(UTF_8);
  }

  static Path script() {
    return Path.of(System.getProperty("dist.dir"), "bin", "jstorrent-io-daemon");
  }

  /** Starts the distribution's script. */
  static DaemonProcess start(Map<String, String> environment, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>();
    if (OS.LINUX.isCurrentOs()) { // signals may be ignored here, as under nohup, and that would be inherited
      command.addAll(List.of("env", "--default-signal=HUP,INT,TERM"));
    }
    command.add(script().toString());
    command.addAll(List.of(arguments));
    return new DaemonProcess(command, environment);
  }

  /** Starts any command. */
  static DaemonProcess run(List<String> command) throws IOException {
    return run(Map.of(), command);
  }

  /** Starts any command. */
  static DaemonProcess run(Map<String, String> environment, List<String> command)
      throws IOException {
    return new DaemonProcess(command, environment);
  }

  /** Starts a command through a shell that runs {@code first} before it. */
  static DaemonProcess shell(Map<String, String> environment, String first, String... command)
      throws IOException {
    List<String> all = new ArrayList<>(List.of("sh", "-c", first + "; exec \"$@\"", "sh"));
    all.addAll(List.of(command));
    return run(environment, all);
  }

  Process process() {
    return process;
  }

  /** The port, from the first line of standard output. */
  int port() throws IOException {
    String line = stdout.readLine();
    if (line == null) {
      throw new AssertionError("No port on stdout; stderr says: " + stderr());
    }
    return Integer.parseInt(line);
  }

  /** The rest of standard output after the first line, once the process has ended. */
  String restOfStdout() throws IOException {
    StringBuilder rest = new StringBuilder();
    for (int c; (c = stdout.read()) >= 0;) {
      rest.append((char) c);
    }
    return rest.toString();
  }

  String stderr() throws IOException {
    return Files.readString(stderr);
  }

  void awaitStderr(String text) {
    TestDaemon.await(
        text,
        () -> {
          try {
            return stderr().contains(text);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  /**
   * Sends SIGTERM; {@link Process#destroy} would also close the streams, which tests still read.
   */
  void terminate() throws IOException, InterruptedException {
    signal("TERM");
  }

  /** Its environment, one variable a line; Linux only. */
  String environment() throws IOException {
    return Files.readString(Path.of("/proc/" + process.pid() + "/environ")).replace('\0', '\n');
  }

  void signal(String name) throws IOException, InterruptedException {
    signal(name, process.pid());
  }

  /** Sends a signal to any process. */
  static void signal(String name, long pid) throws IOException, InterruptedException {
    Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(pid)).start();
    if (kill.waitFor() != 0) {
      throw new AssertionError("There is no process " + pid + ".");
    }
  }

  int awaitExit() throws InterruptedException {
    if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
      throw new AssertionError("The process has not ended.");
    }
    return process.exitValue();
  }

  @Override
  public void close() throws IOException {
    process.destroyForcibly();
    Files.deleteIfExists(stderr);
  }
}
