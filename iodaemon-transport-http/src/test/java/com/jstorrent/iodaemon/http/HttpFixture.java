package com.jstorrent.iodaemon.http;

import com.jstorrent.iodaemon.config.Limits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * An empty folder and a daemon that serves it as the root "k", for a field marked {@code @AutoClose}:
 * one for each test, or one for the class where the field is static.
 */
final class HttpFixture implements AutoCloseable {
  final Path folder;
  final HttpDaemon daemon;

  /** With a daemon that answers wrong tokens at once. */
  HttpFixture() {
    this(Limits.builder().failureDelay(Duration.ZERO).build());
  }

  HttpFixture(Limits limits) {
    try {
      folder = Files.createTempDirectory("iodaemon");
      daemon = new HttpDaemon(folder, limits);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // initializers of fields throw nothing that is checked
    }
  }

  /** Stops the daemon first, so that it holds no file open. */
  @Override
  public void close() throws IOException {
    daemon.close();
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path entered, @Nullable IOException failure)
              throws IOException {
            Files.delete(entered);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
