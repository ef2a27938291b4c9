package com.jstorrent.iodaemon.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The code in docs/client.md compiles: the classes whose names end with Snippets hold the same lines. */
class ClientDocumentTest {
  private static final Path DOCUMENT = Path.of("..", "docs", "client.md");
  private static final Path TESTS = Path.of("src", "test", "java");
  private static final Pattern BLOCK = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

  @Test
  void eachSnippetIsCompiled() throws IOException {
    List<String> compiled = new ArrayList<>();
    try (Stream<Path> files = Files.walk(TESTS)) {
      for (Path file : files.filter(path -> path.toString().endsWith("Snippets.java")).toList()) {
        compiled.add(lines(Files.readString(file)));
      }
    }
    Matcher block = BLOCK.matcher(Files.readString(DOCUMENT));
    int found = 0;
    while (block.find()) {
      String snippet = lines(block.group(1));
      assertThat(compiled).as(block.group(1)).anyMatch(text -> text.contains(snippet));
      found++;
    }
    assertThat(found).isGreaterThan(8);
  }

  /** Indentation and where lines are broken do not matter. */
  private static String lines(String code) {
    return code.lines()
        .map(String::strip)
        .filter(line -> !line.isEmpty())
        .collect(Collectors.joining(" "))
        .replaceAll("\\s+", " ")
        .replace("( ", "(");
  }
}
