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
 * Avoids "silly renames": on NFS, and on most file systems in user space, an open file that is
 * deleted or replaced stays under a hidden name (.nfs…, .fuse_hidden…) until it is closed, and its
 * folder cannot be deleted. So before a name is removed, the daemon closes the file if it is open
 * but unused. If a request uses it, and the file system is one of these, the operation waits for
 * the request and is then tried again. Thread-safe.
 */
final class SillyRenames {
  /** Prefixes of the types of such file systems. */
  private static final List<String> TYPES =
      List.of("nfs", "fuse", "cifs", "smb", "9p", "afs", "macfuse", "osxfuse", "webdav");

  /**
   * The pause between two attempts: a file system in user space may learn of a close a moment
   * later.
   */
  private static final long PAUSE_NANOS = Duration.ofMillis(100).toNanos();

  private final OpenFileTable open;
  private final LongSupplier nanoTime;

  SillyRenames(OpenFileTable open, LongSupplier nanoTime) {
    this.open = open;
    this.nanoTime = nanoTime;
  }

  /** An attempt to remove a name. */
  @FunctionalInterface
  interface Attempt {
    /**
     * @param last whether this is the last attempt
     * @return false when a file in use prevents it
     */
    boolean run(boolean last) throws OperationFailure;
  }

  /**
   * Repeats an attempt while a file in use prevents it, for a bounded time. The caller's thread
   * waits, not one of the pool: the request that uses the file may need that one to finish.
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
   * Closes unused files at or below a path whose name is about to be removed.
   *
   * @return false when a request uses one of them and the file system would rename it
   */
  boolean closeUnused(Path real) {
    open.evict(real);
    return !open.isInUse(real) || !keepNames(real);
  }

  /** Whether open files keep a name on the file system of this path. */
  static boolean keepNames(Path real) {
    try {
      String type = Files.getFileStore(real).type().toLowerCase(Locale.ROOT);
      return TYPES.stream().anyMatch(type::startsWith);
    } catch (IOException e) {
      return false; // the file does not exist
    }
  }
}
