package com.jstorrent.iodaemon.launcher;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.jspecify.annotations.Nullable;

/**
 * A rotated log file that only its owner can read, because it shows who connects to what. When it
 * is full it is renamed to {@code FILE.1}, that one to {@code FILE.2}, and so on; if that is not
 * possible, it is emptied. The JDK's own handler writes to other names than it was given, and all
 * users can read its files. For one thread.
 */
final class RotatingLog implements LogWriter.Target {
  private static final long FILE_BYTES = 5 << 20;
  private static final int OLD_FILES = 2;

  private final Path path;
  private @Nullable OwnFile file; // null if it could not be opened after rotation
  private long size;

  private RotatingLog(Path path, OwnFile file) throws IOException {
    this.path = path;
    this.file = file;
    this.size = file.channel().size();
  }

  /**
   * @throws LaunchFailure when the file cannot be used; the message is one sentence
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

  /** Whether only the owner can read it. */
  boolean isHidden() {
    OwnFile current = file;
    return current == null || current.isHidden();
  }

  @Override
  public void write(byte[] line) throws IOException {
    OwnFile current = file;
    if (current == null || size + line.length > FILE_BYTES && size > 0) {
      current = rotate(current);
    }
    ByteBuffer bytes = ByteBuffer.wrap(line);
    while (bytes.hasRemaining()) {
      size += current.channel().write(bytes);
    }
  }

  /** Starts a new file. */
  private OwnFile rotate(@Nullable OwnFile full) throws IOException {
    boolean notShifted = false;
    if (full != null) {
      file = null;
      boolean there = full.isAt(path); // otherwise another program has moved it
      full.channel().close();
      notShifted = there && !shiftOldFiles();
    }
    OwnFile fresh = OwnFile.append(path);
    if (notShifted) {
      fresh.channel().truncate(0);
    }
    size = fresh.channel().size();
    file = fresh;
    return fresh;
  }

  /** Renames each file to the next number; returns false if something is in the way. */
  private boolean shiftOldFiles() {
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
