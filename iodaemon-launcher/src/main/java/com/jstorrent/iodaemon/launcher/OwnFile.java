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
import java.util.Collections;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A regular file of the user that this process runs as, without a second name. Anything else is left as
 * it is: a folder, a device, a pipe (which opening would wait for), a link, and another user's file, by
 * whatever name it has got here. Java can tell nothing of an open file, so its path is looked at before
 * and after; in a sticky folder, or one of the user's own, nothing can be put in its place meanwhile.
 */
final class OwnFile {
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rw-------");
  private static final Set<PosixFilePermission> OTHERS =
      EnumSet.range(PosixFilePermission.GROUP_READ, PosixFilePermission.OTHERS_EXECUTE);

  private final FileChannel channel;
  private final @Nullable Object key;
  private final boolean hidden;

  private OwnFile(FileChannel channel, @Nullable Object key, boolean hidden) {
    this.channel = channel;
    this.key = key;
    this.hidden = hidden;
  }

  /** What stands at the path is no such file. */
  static final class NotOwn extends IOException {
    private static final long serialVersionUID = 1L;

    NotOwn() {
      super("It is no regular file of this user.");
    }
  }

  /**
   * Opens it for writing at its end; makes it when there is none. Others cannot read it from then on,
   * where the file system has rights.
   *
   * @throws NotOwn when something else stands there
   * @throws IOException when it cannot be opened
   */
  static OwnFile append(Path path) throws IOException {
    FileChannel made = null;
    BasicFileAttributes found = look(path);
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
    BasicFileAttributes opened = look(path);
    if (opened == null
        || !opened.isRegularFile()
        || found != null && !Objects.equals(found.fileKey(), opened.fileKey())) {
      channel.close();
      throw new NotOwn();
    }
    return new OwnFile(channel, opened.fileKey(), hide(path));
  }

  FileChannel channel() {
    return channel;
  }

  /** Whether others cannot read it, as far as its file system tells. */
  boolean isHidden() {
    return hidden;
  }

  /** Whether the path still leads to this file. */
  boolean standsAt(Path path) throws IOException {
    BasicFileAttributes found = look(path);
    return found != null && Objects.equals(key, found.fileKey());
  }

  /** Whether nothing stands at the path but what may be replaced. */
  static boolean mayReplace(Path path) throws IOException {
    BasicFileAttributes found = look(path);
    return found == null || isOwn(path, found);
  }

  /** A second file of the name, a dangling link included, is an error and not followed. */
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
    } catch (FileAlreadyExistsException e) { // since the look
      throw new NotOwn();
    }
  }

  private static @Nullable BasicFileAttributes look(Path path) throws IOException {
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
      return true; // rights are those of the folder
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
      // A user without a name, as in some containers; the file system then has to tell.
    }
    return owner.equals(ownerOfNewFiles(path));
  }

  /** File systems without owners say the same one of every file, and it need not be this user. */
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

  /** Through the file itself, not by its name. Some file systems keep no rights. */
  private static boolean hide(Path path) {
    PosixFileAttributeView view =
        Files.getFileAttributeView(path, PosixFileAttributeView.class, NOFOLLOW_LINKS);
    if (view == null) {
      return true;
    }
    try {
      if (isOpenToOthers(view)) {
        view.setPermissions(OWNER_ONLY);
      }
      return !isOpenToOthers(view);
    } catch (IOException e) {
      return false;
    }
  }

  private static boolean isOpenToOthers(PosixFileAttributeView view) throws IOException {
    return !Collections.disjoint(view.readAttributes().permissions(), OTHERS);
  }

  private static boolean isPosix(Path path) {
    return path.getFileSystem().supportedFileAttributeViews().contains("posix");
  }
}
