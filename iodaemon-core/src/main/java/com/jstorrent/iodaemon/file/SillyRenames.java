package com.jstorrent.iodaemon.file;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.failure.FailureCode;
import com.jstorrent.iodaemon.failure.OperationFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * On NFS, and on most file systems in user space, a file that is open keeps a name when it is deleted
 * or replaced (.nfs…, .fuse_hidden…; NFS calls it a silly rename), and its folder cannot be deleted.
 * So what is open is closed before its name is taken away, and there what is in use is waited for.
 * Thread-safe.
 */
final class SillyRenames {
  /** How the types of such file systems begin, as the system names them. */
  private static final List<String> TYPES =
      List.of("nfs", "fuse", "cifs", "smb", "9p", "afs", "macfuse", "osxfuse", "webdav");

  /** A file system in user space may learn of the end of a use a moment later. */
  private static final long PAUSE_NANOS = Duration.ofMillis(100).toNanos();

  private final OpenFileTable open;
  private final LongSupplier nanoTime;

  SillyRenames(OpenFileTable open, LongSupplier nanoTime) {
    this.open = open;
    this.nanoTime = nanoTime;
  }

  /** Takes a name away. */
  @FunctionalInterface
  interface Attempt {
    /**
     * @param last whether there will be no other one
     * @return false when something that is in use is in the way
     */
    boolean run(boolean last) throws OperationFailure;
  }

  /**
   * Tries as long as something that is in use is in the way, but not for ever. It is the caller who
   * waits, not a thread of a pool: what is in use may need one to come to its end.
   *
   * @throws OperationFailure from the attempt, or EBUSY
   */
  void retry(Attempt attempt) throws OperationFailure {
    long end = nanoTime.getAsLong() + Limits.FILE_RELEASE.toNanos();
    while (!attempt.run(false)) {
      if (nanoTime.getAsLong() - end > 0 || Thread.currentThread().isInterrupted()) {
        if (attempt.run(true)) {
          return;
        }
        throw new OperationFailure(
            FailureCode.EBUSY,
            "A file is in use that its file system cannot let go of meanwhile; try again later.");
      }
      open.awaitRelease(PAUSE_NANOS);
    }
  }

  /**
   * Closes what is open of a file, or of what is in a folder, that is going to lose its name.
   *
   * @return false when a request uses it, and the file system would keep a name for it
   */
  boolean release(Path real) {
    open.forget(real);
    return !open.isUsed(real) || !keepNames(real);
  }

  /** Whether open files keep a name on the file system of this path. */
  static boolean keepNames(Path real) {
    try {
      String type = Files.getFileStore(real).type().toLowerCase(Locale.ROOT);
      return TYPES.stream().anyMatch(type::startsWith);
    } catch (IOException e) {
      return false; // there is nothing that could keep a name
    }
  }
}
