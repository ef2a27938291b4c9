package com.jstorrent.iodaemon.file;

import com.jstorrent.iodaemon.failure.FailureCode;
import com.jstorrent.iodaemon.failure.OperationFailure;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Maps exceptions of the file system to failures for the client. The system's message is examined
 * but never passed on, because it contains absolute paths.
 */
final class FileErrors {
  private static final Logger LOG = LoggerFactory.getLogger(FileErrors.class);
  private static final String NOT_EMPTY = "There is a folder that is not empty.";
  private static final String NOT_FOLDER = "A component of the path is a file, not a folder.";

  private FileErrors() {}

  static OperationFailure of(IOException failure) {
    return switch (failure) {
      case NoSuchFileException e ->
          new OperationFailure(FailureCode.ENOENT, "There is no such file or folder.");
      case AccessDeniedException e ->
          new OperationFailure(FailureCode.EACCES, "The system denies access to this file.");
      case NotDirectoryException e -> notFolder();
      case FileAlreadyExistsException e -> notFolder();
      case DirectoryNotEmptyException e -> notEmpty();
      case AtomicMoveNotSupportedException e ->
          new OperationFailure(
              FailureCode.EXDEV, "The new place is on another disk than the old one.");
      default -> byWords(failure);
    };
  }

  /** Phrases of the system's messages, in lower case, and the failure that they stand for. */
  private record Meaning(FailureCode code, String message, List<String> words) {
    Meaning(FailureCode code, String message, String... words) {
      this(code, message, List.of(words));
    }

    private boolean fits(String text) {
      for (String each : words) {
        if (text.contains(each)) {
          return true;
        }
      }
      return false;
    }
  }

  private static final List<Meaning> MEANINGS =
      List.of(
          new Meaning(
              FailureCode.ENOSPC,
              "The disk is full; free some space.",
              "no space", "not enough space", "quota"),
          new Meaning(FailureCode.ENOTEMPTY, NOT_EMPTY, "not empty"),
          new Meaning(FailureCode.EISDIR, "This is a folder, not a file.", "is a directory"),
          new Meaning(FailureCode.ENOTDIR, NOT_FOLDER, "not a directory"),
          new Meaning(
              FailureCode.EBUSY,
              "The daemon has no file descriptor left; try again in a moment.",
              "too many open files", "no file descriptors"),
          new Meaning(
              FailureCode.EBUSY,
              "The disk does not answer in time; try again in a moment.",
              "timed out"),
          new Meaning(FailureCode.EINVAL, "The path is too long.", "name too long"),
          new Meaning(
              FailureCode.EACCES,
              "The file system is read-only.",
              "read-only", "write protected"),
          new Meaning(
              FailureCode.ENOSPC,
              "The file would be larger than the file system allows.",
              "file too large"),
          new Meaning(
              FailureCode.EACCES,
              "The system does not permit this to be done to this file now.",
              "not permitted", "text file busy", "used by another process"),
          new Meaning(
              FailureCode.EACCES,
              "The system itself uses this, for instance to mount a disk on it; end that first.",
              "resource busy"),
          new Meaning(
              FailureCode.EACCES,
              "A link leads out of the download root.",
              "symbolic link"),
          new Meaning(
              FailureCode.ENOENT,
              "Its disk does not know this file or folder any more; is it still connected?",
              "stale", "not connected", "connection abort", "host is down", "no such device",
              "device not configured", "no medium", "not ready"));

  private static final AtomicBoolean WARNED = new AtomicBoolean();

  /** What the system says of a failure, or nothing. */
  private static String words(IOException failure) {
    String said = failure instanceof FileSystemException e ? e.getReason() : failure.getMessage();
    return said == null ? "" : said;
  }

  private static OperationFailure byWords(IOException failure) {
    String said = words(failure);
    String text = said.toLowerCase(Locale.ROOT);
    for (Meaning meaning : MEANINGS) {
      if (meaning.fits(text)) {
        return new OperationFailure(meaning.code(), meaning.message());
      }
    }
    if (!text.isEmpty() && !text.contains("input/output error")
        && WARNED.compareAndSet(false, true)) {
      LOG.warn(
          "The system reports an error of a file in words that the daemon does not know. It knows English"
              + " ones; on Linux and macOS the system speaks English to a program with LC_ALL=C.UTF-8 and without LANGUAGE.");
      LOG.debug("The words are: {}", said);
    }
    return new OperationFailure(FailureCode.EIO, "The disk reports an error.");
  }

  /**
   * As {@link #of}, where a name is looked up or created: an "invalid argument" is then the name.
   * File systems of Windows refuse some characters, others require UTF-8, and encrypted ones allow
   * shorter names only.
   */
  static OperationFailure ofNaming(IOException failure) {
    String text = words(failure).toLowerCase(Locale.ROOT);
    if (text.contains("name too long")) {
      return new OperationFailure(
          FailureCode.EINVAL,
          "A name in the path is too long for this disk, or the path is; choose a shorter one.");
    }
    if (text.contains("invalid argument") // Linux and macOS
        || text.contains("invalid or incomplete multibyte") // Linux
        || text.contains("illegal byte sequence") // macOS
        || text.contains("syntax is incorrect")) { // Windows
      return new OperationFailure(
          FailureCode.EINVAL, "The disk cannot hold such a name; choose another one.");
    }
    return of(failure);
  }

  private static OperationFailure notEmpty() {
    return new OperationFailure(FailureCode.ENOTEMPTY, NOT_EMPTY);
  }

  private static OperationFailure notFolder() {
    return new OperationFailure(FailureCode.ENOTDIR, NOT_FOLDER);
  }
}
