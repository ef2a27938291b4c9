package com.jstorrent.iodaemon.launcher;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A regular file that belongs to this process's user and has no second name. Anything else is
 * refused and left as it is: folders, devices, pipes (opening one would block), links, and files of
 * other users, even under a hard link. Java cannot examine an open file, so its path is examined
 * before and after opening. In a folder of the user's own, or a sticky one, nothing can be swapped
 * in between.
 */
final class OwnFile {
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rw-------");

  private final FileChannel channel;
  private final @Nullable Object key;
  private final boolean hidden;

  private OwnFile(FileChannel channel, @Nullable Object key, boolean hidden) {
    this.channel = channel;
    this.key = key;
    this.hidden = hidden;
  }

  /** The path exists and is not such a file. */
  static final class NotOwn extends IOException {
    private static final long serialVersionUID = 1L;

    NotOwn() {
      super("It is not a regular file of this user.");
    }
  }

  /**
   * Opens the file for appending, or creates it. If the file system has permissions, only the owner
   * can read it afterwards.
   *
   * @throws NotOwn when the path is something else
   * @throws IOException when it cannot be opened
   */
  static OwnFile append(Path path) throws IOException {
    FileChannel made = null;
    BasicFileAttributes found = attributes(path);
    if (found == null) {
      made = create(path);
    } else {
      requireOwn(path, found);
    }
    FileChannel channel =
        made != null
            ? made
            : FileChannel.open(
                path, StandardOpenOption.WRITE, StandardOpenOption.APPEND, NOFOLLOW_LINKS);
    BasicFileAttributes opened = attributes(path);
    if (opened == null
        || !opened.isRegularFile()
        || found != null && !Objects.equals(found.fileKey(), opened.fileKey())) {
      channel.close();
      throw new NotOwn();
    }
    return new OwnFile(channel, opened.fileKey(), restrict(path));
  }

  FileChannel channel() {
    return channel;
  }

  /** Whether only the owner can read it, as far as the file system tells. */
  boolean isHidden() {
    return hidden;
  }

  /** Whether the path still leads to this file. */
  boolean isAt(Path path) throws IOException {
    BasicFileAttributes found = attributes(path);
    return found != null && Objects.equals(key, found.fileKey());
  }

  /** Whether the path is free, or such a file that may be replaced. */
  static boolean mayReplace(Path path) throws IOException {
    BasicFileAttributes found = attributes(path);
    return found == null || isOwn(path, found);
  }

  /** Creates the file. Anything that exists by that name, even a dangling link, is an error. */
  private static FileChannel create(Path path) throws IOException {
    FileAttribute<?>[] rights =
        isPosix(path)
            ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(OWNER_ONLY)}
            : new FileAttribute<?>[0];
    try {
      return FileChannel.open(
          path,
          Set.of(
              StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, StandardOpenOption.APPEND),
          rights);
    } catch (FileAlreadyExistsException e) { // created since the check
      throw new NotOwn();
    }
  }

  private static @Nullable BasicFileAttributes attributes(Path path) throws IOException {
    try {
      return Files.readAttributes(path, BasicFileAttributes.class, NOFOLLOW_LINKS);
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  private static void requireOwn(Path path, BasicFileAttributes found) throws IOException {
    if (!isOwn(path, found)) {
      throw new NotOwn();
    }
  }

  private static boolean isOwn(Path path, BasicFileAttributes found) throws IOException {
    if (!found.isRegularFile()) {
      return false;
    }
    if (!path.getFileSystem().supportedFileAttributeViews().contains("unix")) {
      return true; // without owners, the folder's permissions decide
    }
    return Objects.equals(Files.getAttribute(path, "unix:nlink", NOFOLLOW_LINKS), 1)
        && isOwner(Files.getOwner(path, NOFOLLOW_LINKS), path);
  }

  private static boolean isOwner(UserPrincipal owner, Path path) throws IOException {
    try {
      String name = System.getProperty("user.name", "");
      if (owner.equals(
          path.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(name))) {
        return true;
      }
    } catch (IOException e) {
      // The user has no name, as in some containers; compare with a new file instead.
    }
    return owner.equals(ownerOfNewFiles(path));
  }

  /**
   * The owner of a new file. File systems without owners report the same one for every file, which
   * need not be this user.
   */
  private static @Nullable UserPrincipal ownerOfNewFiles(Path path) {
    Path folder = path.toAbsolutePath().getParent();
    if (folder == null) {
      return null;
    }
    try {
      Path probe = Files.createTempFile(folder, ".log", null);
      try {
        return Files.getOwner(probe, NOFOLLOW_LINKS);
      } finally {
        Files.deleteIfExists(probe);
      }
    } catch (IOException e) {
      return null;
    }
  }

  /**
   * Restricts the permissions to the owner, and returns whether that has worked; some file systems
   * keep none.
   */
  private static boolean restrict(Path path) {
    PosixFileAttributeView view =
        Files.getFileAttributeView(path, PosixFileAttributeView.class, NOFOLLOW_LINKS);
    if (view == null) {
      return true;
    }
    try {
      if (FilePermissions.areOpenToOthers(view)) {
        view.setPermissions(OWNER_ONLY);
      }
      return !FilePermissions.areOpenToOthers(view);
    } catch (IOException e) {
      return false;
    }
  }

  private static boolean isPosix(Path path) {
    return path.getFileSystem().supportedFileAttributeViews().contains("posix");
  }
}
