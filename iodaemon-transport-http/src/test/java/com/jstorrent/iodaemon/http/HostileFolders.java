package com.jstorrent.iodaemon.http;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** A root full of links that lead out of it, and a folder beside it that must not be touched. */
final class HostileFolders {
  /** In the secret file, and nowhere else. */
  static final String CANARY = "canary: this must not be read";

  /** The name of a file, and nothing else. */
  static final String SECRET = "secret";

  final Path base;
  final Path root;
  final Path outside;

  HostileFolders(Path folder) throws IOException {
    base = folder.toRealPath();
    root = base.resolve("root");
    outside = Files.createDirectories(base.resolve("outside"));
    Files.writeString(outside.resolve(SECRET), CANARY);
    Files.createDirectories(outside.resolve("folder"));
    Files.writeString(outside.resolve("folder").resolve(SECRET), CANARY);
    Files.createSymbolicLink(outside.resolve("back"), root);
  }

  /** Deletes the root. */
  void clear() throws IOException {
    if (Files.exists(root, LinkOption.NOFOLLOW_LINKS)) {
      delete(root);
    }
  }

  /** The root as it was in the beginning, whatever a request has made of it. */
  void reset() throws IOException {
    clear();
    Files.createDirectories(root.resolve("dir"));
    Files.write(root.resolve(PathRoute.VICTIM), PathRoute.DATA);
    Files.write(root.resolve("dir/inner"), PathRoute.DATA);
    link("out", outside);
    link("up", Path.of(".."));
    link("system", Path.of("/etc"));
    link("passwd", Path.of("/etc/passwd"));
    link("tofile", outside.resolve(SECRET));
    link("relative", Path.of("dir/../../outside"));
    link("dangling", outside.resolve("not there"));
    link("danglingInside", root.resolve("not there"));
    link("loop", Path.of("loop2"));
    link("loop2", Path.of("loop"));
    link("itself", Path.of("itself"));
    link("chain", Path.of("chain2"));
    link("chain2", Path.of("dir/chain3"));
    link("dir/chain3", Path.of("../out"));
    link("dir/deepLink", Path.of("../../outside"));
    link("inside", Path.of("dir"));
    link("self", Path.of("."));
  }

  private void link(String name, Path target) throws IOException {
    Files.createSymbolicLink(root.resolve(name), target);
  }

  private static void delete(Path tree) throws IOException {
    Files.walkFileTree(
        tree,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path folder, IOException failure)
              throws IOException {
            Files.delete(folder);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  /** Everything beside the root: what it is, what is in it, and when it was changed. */
  Map<String, String> beside() throws IOException {
    Map<String, String> all = new TreeMap<>();
    try (Stream<Path> paths = Files.walk(outside)) {
      paths.forEach(path -> all.put(path.toString(), state(path)));
    }
    try (Stream<Path> paths = Files.list(base)) {
      paths.forEach(path -> all.putIfAbsent(path.toString(), "there"));
    }
    return all;
  }

  private static String state(Path path) {
    try {
      String content = Files.isRegularFile(path) ? Files.readString(path) : "";
      return Files.getLastModifiedTime(path, LinkOption.NOFOLLOW_LINKS) + " " + content;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
