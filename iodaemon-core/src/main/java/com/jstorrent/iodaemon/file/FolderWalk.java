package com.jstorrent.iodaemon.file;

import com.jstorrent.iodaemon.failure.FailureCode;
import com.jstorrent.iodaemon.failure.OperationFailure;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Set;

/**
 * Goes down from a root folder by folder, holding each open (openat with O_NOFOLLOW). Where the
 * platform has no such calls, the links are looked at again after opening. Used once.
 */
final class FolderWalk {
  private final Path base;
  private final Set<OpenOption> options;
  private final boolean create;

  /**
   * @param base the root, without links
   */
  FolderWalk(Path base, Set<OpenOption> options) {
    this.base = base;
    this.options = options;
    this.create = options.contains(StandardOpenOption.CREATE);
  }

  FileChannel open(List<String> components) throws OperationFailure, IOException {
    try (DirectoryStream<Path> top = Files.newDirectoryStream(base)) {
      return top instanceof SecureDirectoryStream<Path> secure
          ? open(secure, components)
          : openAndLookAgain(components);
    } catch (InvalidPathException e) {
      throw new OperationFailure(
          FailureCode.EINVAL, "This file system cannot hold such a name.");
    }
  }

  private FileChannel open(SecureDirectoryStream<Path> top, List<String> components)
      throws OperationFailure, IOException {
    SecureDirectoryStream<Path> folder = top;
    Path place = base;
    try {
      for (String component : components.subList(0, components.size() - 1)) {
        place = place.resolve(component);
        SecureDirectoryStream<Path> next = enter(folder, place);
        if (folder != top) {
          folder.close();
        }
        folder = next;
      }
      Path name = place.resolve(components.get(components.size() - 1)).getFileName();
      requireOrdinary(
          folder.getFileAttributeView(
              name, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS));
      SeekableByteChannel channel = folder.newByteChannel(name, options);
      return (FileChannel) channel;
    } finally {
      if (folder != top) {
        folder.close();
      }
    }
  }

  private SecureDirectoryStream<Path> enter(SecureDirectoryStream<Path> folder, Path place)
      throws IOException {
    Path name = place.getFileName();
    try {
      return folder.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS);
    } catch (NoSuchFileException e) {
      if (!create) {
        throw e;
      }
      make(place);
      return folder.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS);
    }
  }

  private static void make(Path folder) throws IOException {
    try {
      Files.createDirectory(folder);
    } catch (FileAlreadyExistsException e) {
      if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
        throw e;
      } // another request has made it
    }
  }

  /** A pipe would block whoever opens it; a folder is no file. A missing file is no matter here. */
  private static void requireOrdinary(BasicFileAttributeView view)
      throws OperationFailure, IOException {
    BasicFileAttributes attributes;
    try {
      attributes = view.readAttributes();
    } catch (NoSuchFileException e) {
      return;
    }
    if (attributes.isDirectory()) {
      throw new OperationFailure(FailureCode.EISDIR, "This is a folder, not a file.");
    }
    if (attributes.isOther()) {
      throw new OperationFailure(FailureCode.EINVAL, "This is a device or a pipe, not a file.");
    }
  }

  private FileChannel openAndLookAgain(List<String> components)
      throws OperationFailure, IOException {
    Path place = base;
    for (String component : components) {
      place = place.resolve(component);
    }
    Path parent = place.getParent();
    if (create && parent != null && !Files.isDirectory(parent)) {
      Files.createDirectories(parent);
    }
    requireOrdinary(
        Files.getFileAttributeView(
            place, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS));
    FileChannel channel = FileChannel.open(place, options);
    if (!place.toRealPath().equals(place)) {
      channel.close();
      throw new OperationFailure(FailureCode.EACCES, "A link leads out of the download root.");
    }
    return channel;
  }
}
