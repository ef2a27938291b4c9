package com.jstorrent.iodaemon.http;

import com.jstorrent.iodaemon.testkit.Program;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/** A disk of Windows in a file, mounted so that it refuses the names that Windows refuses. */
final class NtfsDisk implements AutoCloseable {
  private static final long BYTES = 8 << 20;

  final Path root;

  private NtfsDisk(Path root) {
    this.root = root;
  }

  /** Mounts one, or skips the test where this machine or this user cannot. */
  static NtfsDisk mount(Path folder) throws IOException {
    Path image = folder.resolve("disk");
    Path root = Files.createDirectory(folder.resolve("mounted"));
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength(BYTES);
    }
    try {
      run("mkfs.ntfs", "-q", "-Q", "-F", image.toString());
      run("ntfs-3g", "-o", "windows_names", image.toString(), root.toString());
    } catch (IOException e) {
      String message = "SKIPPED, LOUDLY: no NTFS can be mounted here: " + e.getMessage();
      System.err.println(message);
      Assumptions.abort(message);
    }
    return new NtfsDisk(root);
  }

  private static void run(String... command) throws IOException {
    try (Program program = Program.start(command)) {
      program.awaitExit();
    }
  }

  @Override
  public void close() throws IOException {
    run("umount", "-l", root.toString());
  }
}
