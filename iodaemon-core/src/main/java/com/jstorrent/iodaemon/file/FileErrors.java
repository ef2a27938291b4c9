package com.jstorrent.iodaemon.file;

import com.jstorrent.iodaemon.failure.FailureCode;
import com.jstorrent.iodaemon.failure.OperationFailure;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.Locale;

/**
 * What the file system says, as a failure for the client. The system's own words are looked at, but
 * never passed on: they hold absolute paths.
 */
final class FileErrors {
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
      default -> byWords(failure);
    };
  }

  private static OperationFailure byWords(IOException failure) {
    String said = failure instanceof FileSystemException e ? e.getReason() : failure.getMessage();
    String text = said == null ? "" : said.toLowerCase(Locale.ROOT);
    if (text.contains("no space") || text.contains("not enough space") || text.contains("quota")) {
      return new OperationFailure(FailureCode.ENOSPC, "The disk is full; free some space.");
    }
    if (text.contains("not empty")) {
      return notEmpty();
    }
    if (text.contains("is a directory")) {
      return new OperationFailure(FailureCode.EISDIR, "This is a folder, not a file.");
    }
    if (text.contains("not a directory")) {
      return notFolder();
    }
    if (text.contains("too many open files")) {
      return new OperationFailure(
          FailureCode.EBUSY, "The daemon has no file descriptor left; try again in a moment.");
    }
    if (text.contains("name too long")) {
      return new OperationFailure(FailureCode.EINVAL, "The path is too long.");
    }
    if (text.contains("read-only")) {
      return new OperationFailure(FailureCode.EACCES, "The file system is read-only.");
    }
    if (text.contains("file too large")) {
      return new OperationFailure(
          FailureCode.ENOSPC, "The file would be larger than the file system allows.");
    }
    if (text.contains("not permitted") || text.contains("text file busy")) {
      return new OperationFailure(
          FailureCode.EACCES, "The system does not permit this to be done to this file now.");
    }
    if (text.contains("symbolic link")) {
      return new OperationFailure(FailureCode.EACCES, "A link leads out of the download root.");
    }
    return new OperationFailure(FailureCode.EIO, "The disk reports an error.");
  }

  /**
   * The same where a name is looked up or made: what the system calls invalid there is the name. Disks
   * of Windows refuse some characters, others want UTF-8, and encrypted ones shorter names.
   */
  static OperationFailure ofNaming(IOException failure) {
    String said = failure instanceof FileSystemException e ? e.getReason() : failure.getMessage();
    String text = said == null ? "" : said.toLowerCase(Locale.ROOT);
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
    return new OperationFailure(FailureCode.ENOTEMPTY, "There is a folder that is not empty.");
  }

  private static OperationFailure notFolder() {
    return new OperationFailure(
        FailureCode.ENOTDIR, "A component of the path is a file, not a folder.");
  }
}
