package com.jstorrent.iodaemon.launcher;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;

/** The distribution in another folder. */
final class Installation {
  private final Path home;

  private Installation(Path home) {
    this.home = home;
  }

  /** Puts it into a folder that is made. */
  static Installation in(Path home) throws IOException {
    Path original = DaemonProcess.script().getParent().getParent();
    List<Path> all;
    try (Stream<Path> files = Files.walk(original)) {
      all = files.toList(); // folders before what is in them
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
    } catch (FileSystemException | UnsupportedOperationException e) { // elsewhere
      Files.copy(from, to, StandardCopyOption.COPY_ATTRIBUTES);
    }
  }

  Path script() {
    return home.resolve("bin").resolve("jstorrent-io-daemon");
  }
}
