package com.jstorrent.iodaemon.testkit;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** An external program that a test needs, and that ends with it. */
public final class Program implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 60;

  private final Process process;
  private final BufferedReader output;

  private Program(Process process) {
    this.process = process;
    this.output = process.inputReader(StandardCharsets.UTF_8);
  }

  public static Program start(String... command) throws IOException {
    return start(Map.of(), command);
  }

  public static Program start(Map<String, String> environment, String... command)
      throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(environment);
    return new Program(builder.start());
  }

  /** Skips the test, with a message on standard error, when this command cannot be run. */
  public static void assumeThere(String... command) {
    try (Program program = start(command)) {
      program.awaitExit();
    } catch (IOException e) {
      String message = "SKIPPED: " + command[0] + " is not installed.";
      System.err.println(message);
      Assumptions.abort(message);
    }
  }

  public ProcessHandle handle() {
    return process.toHandle();
  }

  public String readLine() throws IOException {
    String line = output.readLine();
    if (line == null) {
      throw new AssertionError("The program has ended: " + process);
    }
    return line;
  }

  /** The rest of its output, once it has ended, which must be with success. */
  public String readAll() throws IOException {
    StringBuilder said = new StringBuilder();
    for (String line; (line = output.readLine()) != null;) {
      said.append(line).append('\n');
    }
    try {
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new IOException("It failed: " + said);
      }
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
    return said.toString();
  }

  public void write(String text) throws IOException {
    process.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
    process.getOutputStream().flush();
  }

  /** Waits until it ends, which must be with success. */
  public void awaitExit() throws IOException {
    try {
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new IOException("It failed: " + said);
      }
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
