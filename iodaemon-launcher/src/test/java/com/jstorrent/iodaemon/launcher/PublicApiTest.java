package com.jstorrent.iodaemon.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * The public interface of each module is what {@code config/public-api} says, so that a change of it is a
 * decision (CONTRIBUTING.md, Compatibility).
 */
class PublicApiTest {
  private static final String OWN = "com.jstorrent.iodaemon.";
  private static final Path COMMITTED = Path.of("..", "config", "public-api");
  private static final Path SEEN = Path.of("target", "public-api");

  @TestFactory
  Stream<DynamicTest> theInterfaceOfEachModuleIsTheCommittedOne() throws IOException {
    Files.createDirectories(SEEN);
    Map<String, List<String>> all = interfaces();
    assertThat(all).containsKeys(OWN + "core", OWN + "http", OWN + "json", OWN + "ws");
    return all.entrySet()
        .stream()
        .map(
            module -> DynamicTest.dynamicTest(
                module.getKey(), () -> compare(module.getKey(), module.getValue())));
  }

  private static void compare(String module, List<String> seen) throws IOException {
    String file = module + ".txt";
    Files.write(SEEN.resolve(file), seen);
    Path committed = COMMITTED.resolve(file);
    List<String> expected = Files.exists(committed) ? Files.readAllLines(committed) : List.of();
    assertThat(seen)
        .as(
            "If this change of the public interface is meant, copy iodaemon-launcher/%s to config/public-api.",
            SEEN.resolve(file))
        .isEqualTo(expected);
  }

  @Test
  void everyCommittedInterfaceIsThatOfAModule() throws IOException {
    Map<String, List<String>> all = interfaces();
    try (Stream<Path> files = Files.list(COMMITTED)) {
      assertThat(files.map(file -> file.getFileName().toString().replace(".txt", "")))
          .containsExactlyInAnyOrderElementsOf(all.keySet());
    }
  }

  /** What is public of each module on the class path that exports a package to everyone. */
  private static Map<String, List<String>> interfaces() throws IOException {
    Map<String, List<String>> all = new TreeMap<>();
    ClassLoader loader = PublicApiTest.class.getClassLoader();
    for (URL found : Collections.list(loader.getResources("module-info.class"))) {
      ModuleDescriptor module;
      try (InputStream in = found.openStream()) {
        module = ModuleDescriptor.read(in);
      }
      List<String> packages =
          module.exports()
              .stream()
              .filter(export -> !export.isQualified())
              .map(ModuleDescriptor.Exports::source)
              .sorted()
              .toList();
      if (module.name().startsWith(OWN) && !packages.isEmpty()) {
        all.put(module.name(), describe(found, packages));
      }
    }
    return all;
  }

  private static List<String> describe(URL found, List<String> packages) throws IOException {
    URLConnection connection = found.openConnection();
    if (connection instanceof JarURLConnection jar) {
      Path file = Path.of(URI.create(jar.getJarFileURL().toString()));
      try (FileSystem content = FileSystems.newFileSystem(file)) {
        return describe(content.getPath("/"), packages);
      }
    }
    return describe(Path.of(URI.create(found.toString())).getParent(), packages);
  }

  private static List<String> describe(Path root, List<String> packages) throws IOException {
    List<String> lines = new ArrayList<>();
    for (String each : packages) {
      try (Stream<Path> files = Files.list(root.resolve(each.replace('.', '/')))) {
        for (String name : files.map(file -> file.getFileName().toString())
            .filter(file -> file.endsWith(".class") && !file.equals("package-info.class"))
            .map(file -> each + "." + file.substring(0, file.length() - ".class".length()))
            .sorted()
            .toList()) {
          lines.addAll(PublicType.describe(name));
        }
      }
    }
    return lines;
  }
}
