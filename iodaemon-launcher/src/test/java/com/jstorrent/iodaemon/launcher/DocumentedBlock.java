package com.jstorrent.iodaemon.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A fenced block of a document.
 *
 * @param place the document and the line in it
 * @param language what follows the fence, perhaps nothing
 */
record DocumentedBlock(String place, String language, String text) {
  static final Path REPOSITORY = Path.of("..").toAbsolutePath().normalize();

  private static final Pattern BLOCK =
      Pattern.compile("^```(\\w*)\\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);

  /** A call of the daemon, perhaps after assignments of variables. */
  private static final Pattern DAEMON =
      Pattern.compile("(\\w+=('[^']*'|\\S*) +)*\\S*bin/jstorrent-io-daemon(?<arguments>.*)");
  private static final Pattern INLINE_MAVEN = Pattern.compile("`mvn ([^`]+)`");

  /** The documents of the repository, by their paths in it. */
  static List<String> documents() throws IOException {
    try (Stream<Path> top = Files.list(REPOSITORY);
        Stream<Path> docs = Files.walk(REPOSITORY.resolve("docs"))) {
      return Stream.concat(top, docs)
          .filter(file -> file.toString().endsWith(".md"))
          .map(file -> REPOSITORY.relativize(file).toString())
          .sorted()
          .toList();
    }
  }

  static List<DocumentedBlock> of(String document) throws IOException {
    String content = Files.readString(REPOSITORY.resolve(document));
    List<DocumentedBlock> blocks = new ArrayList<>();
    Matcher matcher = BLOCK.matcher(content);
    while (matcher.find()) {
      long line = content.substring(0, matcher.start()).lines().count() + 1;
      blocks.add(new DocumentedBlock(document + ":" + line, matcher.group(1), matcher.group(2)));
    }
    return blocks;
  }

  /** The arguments of Maven in the text of a document. */
  static List<String> inlineMaven(String document) throws IOException {
    return INLINE_MAVEN
        .matcher(Files.readString(REPOSITORY.resolve(document)))
        .results()
        .map(found -> found.group(1))
        .toList();
  }

  /** Whether its last command is a daemon, which serves until it is stopped. */
  boolean serves() {
    String joined = text.replace("\\\n", " ").strip();
    String last = joined.substring(joined.lastIndexOf('\n') + 1);
    Matcher daemon = DAEMON.matcher(last);
    return daemon.matches()
        && (!daemon.group("arguments").contains("demo") || last.contains("--keep"));
  }
}
