package com.jstorrent.iodaemon.launcher;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;

/** A copy of the distribution in another folder. */
final class Installation {
  private final Path home;

  private Installation(Path home) {
    this.home = home;
  }

  /** Creates a folder with the distribution in it. */
  static Installation in(Path home) throws IOException {
    return in(DaemonProcess.script().getParent().getParent(), home);
  }

  /** The same with another distribution. */
  static Installation in(Path original, Path home) throws IOException {
    List<Path> all;
    try (Stream<Path> files = Files.walk(original)) {
      all = files.toList(); // folders before their content
    }
    for (Path from : all) {
      Path to = home.resolve(original.relativize(from).toString());
      if (Files.isDirectory(from)) {
        Files.createDirectories(to);
      } else {
        link(from, to);
      }
    }
    return new Installation(home);
  }

  private static void link(Path from, Path to) throws IOException {
    try {
      Files.createLink(to, from);
    } catch (FileSystemException | UnsupportedOperationException e) { // no hard link is possible
      Files.copy(from, to, StandardCopyOption.COPY_ATTRIBUTES);
    }
  }

  Path script() {
    return home.resolve("bin").resolve("jstorrent-io-daemon");
  }
}
