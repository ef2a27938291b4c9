package com.jstorrent.iodaemon.launcher;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** A disk of a few MiB that can become full, read-only or unavailable (tmpfs; Linux, as root). */
final class SmallDisk implements AutoCloseable {
  private final Path folder;
  private final int mebibytes;

  private SmallDisk(Path folder, int mebibytes) {
    this.folder = folder;
    this.mebibytes = mebibytes;
  }

  /** Mounts a disk, or skips the test if this machine or user cannot. */
  static SmallDisk mount(Path folder, int mebibytes) {
    SmallDisk disk = new SmallDisk(folder, mebibytes);
    try {
      disk.mount();
    } catch (IOException e) {
      String message = "SKIPPED, LOUDLY: no disk can be mounted here: " + e.getMessage();
      System.err.println(message);
      Assumptions.abort(message);
    }
    return disk;
  }

  /** The mount point. */
  Path folder() {
    return folder;
  }

  /** Mounts an empty disk, as if another one had been inserted. */
  void mount() throws IOException {
    run("mount", "-t", "tmpfs", "-o", "size=" + mebibytes + "m", "tmpfs", folder.toString());
  }

  /** Fails while a file is open for writing. */
  void readOnly(boolean readOnly) throws IOException {
    run("mount", "-o", "remount," + (readOnly ? "ro" : "rw"), folder.toString());
  }

  /** Unmounts the disk as if it had been removed; open files stay open. */
  void unmount() throws IOException {
    run("umount", "-l", folder.toString());
  }

  private static void run(String... command) throws IOException {
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
  public void close() {
    try {
      unmount();
    } catch (IOException e) {
      // The test has unmounted it.
    }
  }
}
