package com.jstorrent.iodaemon.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.json.Json;
import com.jstorrent.iodaemon.testkit.TestDaemon;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** {@code demo --keep} leaves something to look at, and nothing behind. */
@Timeout(600)
@EnabledOnOs({OS.LINUX, OS.MAC})
class DemoKeepIT {
  private static final long PATIENCE_SECONDS = 60;

  private final HttpClient http = HttpClient.newHttpClient();

  @TempDir
  Path folder;

  private Map<String, Object> stats(URI page) {
    try {
      HttpRequest request =
          HttpRequest.newBuilder(page.resolve("/stats"))
              .header("X-JST-Auth", page.getFragment().substring("token=".length()))
              .build();
      return Json.readObject(http.send(request, BodyHandlers.ofString()).body());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static long number(Map<String, Object> stats, String name) {
    return (long) stats.get(name);
  }

  @Test
  void theDaemonGoesOnWithALoadUntilASignal() throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(
            "env", "--default-signal=HUP,INT,TERM", DaemonProcess.script().toString(), "demo",
            "--mb",
            "4", "--sockets", "2", "--keep");
    builder.environment().put("JSTORRENT_JAVA_OPTIONS", "-Djava.io.tmpdir=" + folder);
    Process demo = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
    try (BufferedReader said = demo.inputReader(StandardCharsets.UTF_8)) {
      String line;
      do {
        line = said.readLine();
        assertThat(line).as("the demo goes on").isNotNull();
      } while (!line.startsWith("http://127.0.0.1:"));
      URI page = URI.create(line);
      assertThat(page.getFragment()).startsWith("token=");
      TestDaemon.await("sockets", () -> number(stats(page), "tcp_sockets") == 2);
      long before = number(stats(page), "bytes_received");
      TestDaemon.await("bytes", () -> number(stats(page), "bytes_received") > before);
      DaemonProcess.signal("INT", demo.pid());
      assertThat(demo.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    } finally {
      demo.destroyForcibly();
    }
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left).isEmpty();
    }
  }
}
