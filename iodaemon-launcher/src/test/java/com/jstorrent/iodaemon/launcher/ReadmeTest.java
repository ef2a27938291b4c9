package com.jstorrent.iodaemon.launcher;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program in the README compiles and works as described. */
class ReadmeTest {

  @Test
  void theEmbeddedProgramServes(@TempDir Path folder) throws Exception {
    String readme = Files.readString(Path.of("..", "README.md"));
    int begin = readme.indexOf("```java\n") + "```java\n".length();
    String program = readme.substring(begin, readme.indexOf("```", begin));
    Path source = Files.writeString(folder.resolve("Embedded.java"), program);
    String classPath = System.getProperty("java.class.path");
    assertThat(
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, "-cp", classPath, "-d", folder.toString(), source.toString()))
        .isZero();
    Process process =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            folder + System.getProperty("path.separator") + classPath,
            "Embedded",
            folder.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try (BufferedReader said = process.inputReader(UTF_8)) {
      HttpRequest health = HttpRequest.newBuilder(URI.create(said.readLine())).build();
      assertThat(
          HttpClient.newHttpClient().send(health, HttpResponse.BodyHandlers.ofString()).body())
          .isEqualTo("ok");
      process.getOutputStream().write('\n');
      process.getOutputStream().flush();
      assertThat(process.waitFor()).isZero();
    } finally {
      process.destroyForcibly();
    }
  }
}
