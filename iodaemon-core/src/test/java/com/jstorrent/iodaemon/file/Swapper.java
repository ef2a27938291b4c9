package com.jstorrent.iodaemon.file;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Swaps a folder for a link to a folder outside and back, as fast as it can, and repairs what the
 * daemon does to them meanwhile.
 */
final class Swapper {
  /** The name that is alternately a folder and a link. */
  static final String NAME = "swapped";

  /** The length of the file in the folder. */
  static final int INSIDE_BYTES = 10;

  private final Path swapped;
  private final Path real;
  private final Path link;
  private final Path outside;
  private final Path trash;
  private final AtomicInteger thrown = new AtomicInteger();
  private final AtomicInteger turns = new AtomicInteger();
  private final AtomicBoolean over = new AtomicBoolean();
  private final Thread thread;
  private volatile Throwable failure;

  /**
   * @param spare a folder in the same file system, to which obstacles are moved
   */
  Swapper(Path root, Path outside, Path spare) {
    this.swapped = root.resolve(NAME);
    this.outside = outside;
    this.real = spare.resolve("real");
    this.link = spare.resolve("link");
    this.trash = spare;
    this.thread =
        Thread.ofPlatform()
            .name("swapper")
            .uncaughtExceptionHandler((thread, thrown) -> failure = thrown)
            .start(this::swap);
  }

  private void swap() {
    try {
      while (!over.get()) {
        mendFolder();
        in(real);
        out(real);
        mendLink();
        in(link);
        out(link);
        turns.incrementAndGet();
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private void mendFolder() throws IOException {
    if (!Files.isDirectory(real, LinkOption.NOFOLLOW_LINKS)) {
      throwAway(real);
      Files.createDirectory(real);
    }
    if (!Files.isRegularFile(real.resolve("f"), LinkOption.NOFOLLOW_LINKS)) {
      throwAway(real.resolve("f"));
      Path whole = Files.write(trash.resolve("whole"), new byte[INSIDE_BYTES]);
      Files.move(whole, real.resolve("f"), StandardCopyOption.ATOMIC_MOVE); // never seen half written
    }
    if (!Files.isDirectory(real.resolve("sub"), LinkOption.NOFOLLOW_LINKS)) {
      throwAway(real.resolve("sub"));
      Files.createDirectory(real.resolve("sub"));
    }
    throwAway(real.resolve("made"));
  }

  private void mendLink() throws IOException {
    if (!Files.isSymbolicLink(link)) {
      throwAway(link);
      Files.createSymbolicLink(link, outside);
    }
  }

  private void in(Path what) throws IOException {
    while (true) {
      try {
        Files.move(what, swapped);
        return;
      } catch (FileAlreadyExistsException e) {
        throwAway(swapped); // the daemon has created it while it was missing
      } catch (IOException e) {
        if (!Files.exists(swapped, LinkOption.NOFOLLOW_LINKS)) {
          throw e;
        }
        throwAway(swapped);
      }
    }
  }

  private void out(Path what) throws IOException {
    try {
      Files.move(swapped, what);
    } catch (NoSuchFileException e) {
      // The daemon was asked to delete or rename it.
    }
  }

  private void throwAway(Path what) throws IOException {
    try {
      Files.move(what, trash.resolve("trash" + thrown.incrementAndGet()));
    } catch (NoSuchFileException e) {
      // It does not exist.
    }
  }

  /** How often the two were swapped. */
  int turns() {
    return turns.get();
  }

  /** Stops swapping and waits for the end of the last swap. */
  void end() throws InterruptedException {
    over.set(true);
    thread.join();
    if (failure != null) {
      throw new AssertionError("The swapper has failed.", failure);
    }
  }
}
