package com.jstorrent.iodaemon.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * docs/PROTOCOL.md, parsed: the lines from each numbered heading to the next one. For the tests of any
 * module.
 */
public record Contract(Map<String, List<String>> sections) {
  public static final Path REPOSITORY = Path.of("..");
  public static final Path FILE = REPOSITORY.resolve("docs").resolve("PROTOCOL.md");
  private static final Pattern HEADING = Pattern.compile("#{2,3} (\\d+(?:\\.\\d+)?)\\.? .*");

  public static Contract read() throws IOException {
    Map<String, List<String>> sections = new LinkedHashMap<>();
    List<String> lines = new ArrayList<>();
    for (String line : Files.readAllLines(FILE)) {
      Matcher heading = HEADING.matcher(line);
      if (heading.matches()) {
        lines = new ArrayList<>();
        if (sections.put(heading.group(1), lines) != null) {
          throw new IllegalStateException("There are two sections " + heading.group(1) + ".");
        }
      }
      lines.add(line);
    }
    return new Contract(sections);
  }

  /** The heading and the text of a section, without those of its subsections. */
  public List<String> section(String number) {
    return sections.getOrDefault(number, List.of());
  }

  /** The cells of each row with this many, trimmed, without the header and the line below it. */
  public List<List<String>> table(String number, int columns) {
    return section(number).stream()
        .filter(line -> line.startsWith("| "))
        .map(line -> Arrays.stream(line.split("\\|", -1)).map(String::strip).toList())
        .filter(cells -> cells.size() == columns + 2)
        .map(cells -> cells.subList(1, columns + 1))
        .skip(1)
        .toList();
  }
}
