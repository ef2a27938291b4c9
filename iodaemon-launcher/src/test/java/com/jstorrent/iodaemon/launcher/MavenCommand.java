package com.jstorrent.iodaemon.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The arguments of a documented call of Maven, which must mean something in this repository. */
record MavenCommand(List<String> arguments) {
  private static final Path ROOT = DocumentedBlock.REPOSITORY;
  private static final Set<String> SWITCHES = Set.of("-q", "-am", "-o", "-B");
  private static final Set<String> GOALS =
      Set.of(
          "compile", "test-compile", "test", "package", "verify", "install", "deploy",
          "formatter:format");

  /** Properties of Maven and its plugins. Others are looked for in poms and tests. */
  private static final Set<String> PROPERTIES =
      Set.of(
          "skipTests", "spotbugs.skip", "formatter.skip", "surefire.failIfNoSpecifiedTests",
          "failsafe.failIfNoSpecifiedTests", "maven.surefire.debug",
          "org.slf4j.simpleLogger.defaultLogLevel");

  static MavenCommand of(String arguments) {
    return new MavenCommand(List.of(arguments.replace("'", "").split("\\s+")));
  }

  void check() throws IOException {
    boolean goal = false;
    for (int i = 0; i < arguments.size(); i++) {
      String argument = arguments.get(i);
      if (argument.equals("-pl")) {
        i++;
        assertThat(ROOT.resolve(arguments.get(i)).resolve("pom.xml")).as("%s", this).exists();
      } else if (argument.startsWith("-P")) {
        String profile = "<id>" + argument.substring(2) + "</id>";
        assertThat(sources(file -> file.endsWith("pom.xml") && mentions(file, profile)))
            .as("%s", this)
            .isNotEmpty();
      } else if (argument.startsWith("-D")) {
        checkProperty(argument.substring(2));
      } else if (!SWITCHES.contains(argument)) {
        assertThat(GOALS).as("%s", this).contains(argument);
        goal = true;
      }
    }
    assertThat(goal).as("%s has a goal", this).isTrue();
  }

  private void checkProperty(String property) throws IOException {
    String name = property.replaceFirst("=.*", "");
    if (name.equals("test") || name.equals("it.test")) {
      String file = property.replaceFirst("[^=]*=([^#]*).*", "$1") + ".java";
      assertThat(sources(path -> path.getFileName().toString().equals(file)))
          .as("%s", this)
          .isNotEmpty();
    } else if (!PROPERTIES.contains(name)) {
      assertThat(sources(path -> mentions(path, name))).as("%s", this).isNotEmpty();
    }
  }

  /** Poms, and Java files of tests. */
  private static List<Path> sources(Predicate<Path> wanted) throws IOException {
    try (Stream<Path> modules = Files.list(ROOT)) {
      return Stream.concat(Stream.of(ROOT), modules)
          .flatMap(module -> Stream.of(module.resolve("pom.xml"), module.resolve("src/test")))
          .filter(Files::exists)
          .flatMap(MavenCommand::files)
          .filter(wanted)
          .toList();
    }
  }

  private static Stream<Path> files(Path from) {
    try (Stream<Path> all = Files.walk(from)) {
      return all.filter(file -> file.toString().matches(".*\\.(java|xml)")).toList().stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean mentions(Path file, String name) {
    try {
      return Files.readString(file).contains(name);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
