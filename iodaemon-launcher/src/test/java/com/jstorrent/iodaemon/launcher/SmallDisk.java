package com.jstorrent.iodaemon.launcher;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** A disk of a few MiB that can fill up, become read-only and vanish (tmpfs; Linux, as root). */
final class SmallDisk implements AutoCloseable {
  private final Path folder;
  private final int mebibytes;

  private SmallDisk(Path folder, int mebibytes) {
    this.folder = folder;
    this.mebibytes = mebibytes;
  }

  /** Mounts a disk, or skips the test where this machine or this user cannot. */
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

  /** Where it is mounted. */
  Path folder() {
    return folder;
  }

  /** An empty one, as when another disk is put in. */
  void mount() throws IOException {
    run("mount", "-t", "tmpfs", "-o", "size=" + mebibytes + "m", "tmpfs", folder.toString());
  }

  /** Fails while a file is open for writing. */
  void readOnly(boolean readOnly) throws IOException {
    run("mount", "-o", "remount," + (readOnly ? "ro" : "rw"), folder.toString());
  }

  /** As when it is pulled out; what is open stays open, and leads nowhere. */
  void pullOut() throws IOException {
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
      pullOut();
    } catch (IOException e) {
      // The test has done so.
    }
  }
}
