package com.jstorrent.iodaemon.launcher;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.jspecify.annotations.Nullable;

/**
 * A log file that only its owner may read: it tells who connects to what. When it is full it becomes
 * {@code FILE.1}, that one {@code FILE.2}, and so on; where that cannot be, it is emptied. The JDK's own
 * handler writes to other names than it was given, and lets everybody read them. One thread only.
 */
final class RotatingLog implements LogWriter.Target {
  private static final long FILE_BYTES = 5 << 20;
  private static final int OLD_FILES = 2;

  private final Path path;
  private @Nullable OwnFile file; // null when it could not be opened again
  private long size;

  private RotatingLog(Path path, OwnFile file) throws IOException {
    this.path = path;
    this.file = file;
    this.size = file.channel().size();
  }

  /**
   * @throws LaunchFailure with the sentence that tells why not
   */
  static RotatingLog open(Path path) throws LaunchFailure {
    try {
      return new RotatingLog(path, OwnFile.append(path));
    } catch (OwnFile.NotOwn e) {
      throw new LaunchFailure(
          ExitCode.FAILED,
          "The log file must be a regular file of the user that the daemon runs as, and no link.");
    } catch (IOException e) {
      throw new LaunchFailure(
          ExitCode.FAILED, "The log file cannot be written; check the folder and its rights.");
    }
  }

  /** Whether others cannot read it. */
  boolean isHidden() {
    OwnFile current = file;
    return current == null || current.isHidden();
  }

  @Override
  public void write(byte[] line) throws IOException {
    OwnFile current = file;
    if (current == null || size + line.length > FILE_BYTES && size > 0) {
      current = renew(current);
    }
    ByteBuffer bytes = ByteBuffer.wrap(line);
    while (bytes.hasRemaining()) {
      size += current.channel().write(bytes);
    }
  }

  /** Goes on with a file that has room. */
  private OwnFile renew(@Nullable OwnFile full) throws IOException {
    boolean stuck = false;
    if (full != null) {
      file = null;
      boolean there = full.standsAt(path); // else another program has moved it
      full.channel().close();
      stuck = there && !moveOn();
    }
    OwnFile fresh = OwnFile.append(path);
    if (stuck) {
      fresh.channel().truncate(0);
    }
    size = fresh.channel().size();
    file = fresh;
    return fresh;
  }

  /** Returns false when something stands in the way. */
  private boolean moveOn() {
    try {
      for (int old = OLD_FILES; old > 0; old--) {
        if (!OwnFile.mayReplace(numbered(old))) {
          return false;
        }
      }
      for (int old = OLD_FILES; old > 0; old--) {
        Path from = old == 1 ? path : numbered(old - 1);
        if (Files.exists(from, LinkOption.NOFOLLOW_LINKS)) {
          Files.move(from, numbered(old), StandardCopyOption.ATOMIC_MOVE);
        }
      }
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private Path numbered(int old) {
    return path.resolveSibling(path.getFileName() + "." + old);
  }
}
