package com.jstorrent.iodaemon.file;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** Another file system, mounted on a folder (Linux, as root). Must be closed. */
final class MountedDisk implements AutoCloseable {
  private static final int IMAGE_BYTES = 32 << 20;

  private final Path folder;

  private MountedDisk(Path folder) {
    this.folder = folder;
  }

  /** The kinds of file systems. */
  enum Kind {
    /** A kernel file system in memory, of 8 MiB. */
    TMPFS {
      @Override
      void mount(Path folder, Path spare) throws IOException {
        run("mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", folder.toString());
      }
    },
    /** Another folder, served by a process in user space. */
    BINDFS {
      @Override
      void mount(Path folder, Path spare) throws IOException {
        run("bindfs", Files.createDirectory(spare.resolve("backing")).toString(),
            folder.toString());
      }
    },
    /** An image file with NTFS, served by a process in user space. */
    NTFS {
      @Override
      void mount(Path folder, Path spare) throws IOException {
        Path image = spare.resolve("image");
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
          file.setLength(IMAGE_BYTES);
        }
        run("mkntfs", "-F", "-q", "-Q", image.toString());
        run("ntfs-3g", image.toString(), folder.toString());
      }
    };

    abstract void mount(Path folder, Path spare) throws IOException;
  }

  /**
   * Mounts a disk, or skips the test if this machine or user cannot.
   *
   * @param spare a folder for the disk's backing files
   */
  static MountedDisk mount(Kind kind, Path folder, Path spare) {
    try {
      kind.mount(folder, spare);
    } catch (IOException e) {
      skip(kind.toString(), e);
    }
    return new MountedDisk(folder);
  }

  static void skip(String kind, IOException why) {
    String message =
        "SKIPPED, LOUDLY: no disk of kind " + kind + " can be mounted here: " + why.getMessage();
    System.err.println(message);
    Assumptions.abort(message);
  }

  void readOnly() throws IOException {
    run("mount", "-o", "remount,ro", folder.toString());
  }

  /** The mount point. */
  Path folder() {
    return folder;
  }

  static void run(String... command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    try {
      if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new IOException(said.strip());
      }
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  @Override
  public void close() throws IOException {
    run("umount", "-l", folder.toString());
  }
}
