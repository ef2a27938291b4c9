package com.jstorrent.iodaemon.micrometer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every piece of Java in docs/embedding.md compiles, without a warning. */
class EmbeddingDocumentTest {
  private static final Pattern JAVA = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
  private static final Pattern CLASS = Pattern.compile("(?m)^public class (\\w+)");

  /** What a piece of code that is not a file of its own may use. */
  private static final List<String> PACKAGES =
      List.of(
          "com.jstorrent.iodaemon",
          "com.jstorrent.iodaemon.config",
          "com.jstorrent.iodaemon.event",
          "com.jstorrent.iodaemon.stats",
          "com.jstorrent.iodaemon.transport",
          "com.jstorrent.iodaemon.micrometer",
          "java.nio",
          "java.security",
          "java.time",
          "java.util");

  static Stream<String> pieces() throws IOException {
    String document = Files.readString(Path.of("..", "docs", "embedding.md"));
    List<String> pieces = JAVA.matcher(document).results().map(found -> found.group(1)).toList();
    assertThat(pieces).hasSizeGreaterThan(5);
    return pieces.stream();
  }

  @ParameterizedTest
  @MethodSource("pieces")
  void compiles(String piece, @TempDir Path folder) throws Exception {
    Matcher whole = CLASS.matcher(piece);
    Path source =
        whole.find()
            ? Files.writeString(folder.resolve(whole.group(1) + ".java"), piece)
            : Files.writeString(folder.resolve("Piece.java"), wrapped(piece));
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    int status =
        ToolProvider.getSystemJavaCompiler()
            .run(
                null, said, said, "-proc:none", "-Xlint:all,-try", "-Werror", "-cp",
                System.getProperty("java.class.path"), "-d", folder.toString(),
                source.toString());
    assertThat(said.toString(UTF_8)).isEmpty();
    assertThat(status).isZero();
  }

  private static String wrapped(String piece) {
    return PACKAGES.stream().map(name -> "import " + name + ".*;\n").collect(joining())
        + """
            import io.micrometer.core.instrument.MeterRegistry;
            import io.micrometer.core.instrument.Tags;

            class Piece {
              void run(IoDaemon daemon, IoDaemonBuilder builder, MeterRegistry registry)
                  throws Exception {
            %s
              }
            }
            """
            .formatted(piece);
  }
}
