package com.jstorrent.iodaemon.file;

import com.jstorrent.iodaemon.failure.FailureCode;
import com.jstorrent.iodaemon.failure.OperationFailure;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Copies a file, or a folder with its content, from one held folder to another, and afterwards
 * deletes the originals that have not changed since. No link is followed. For one copy, by one
 * thread.
 */
final class TreeCopy {
  private static final int BUFFER_BYTES = 256 << 10;
  private static final int MAX_ENTRIES = 100_000;
  private static final Set<PosixFilePermission> FILE_OF_OWNER =
      PosixFilePermissions.fromString("rw-------");
  private static final Set<PosixFilePermission> FOLDER_OF_OWNER =
      PosixFilePermissions.fromString("rwx------");
  private static final Set<OpenOption> READ =
      Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
  private static final Set<OpenOption> NEW =
      Set.of(
          StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW, LinkOption.NOFOLLOW_LINKS);

  private final CancellationCheck cancellation;
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
  private final ByteBuffer zeros = ByteBuffer.allocateDirect(BUFFER_BYTES).asReadOnlyBuffer();
  private final Set<Version> copied = new HashSet<>();
  private int entries;

  /** Called repeatedly while there is more to do. */
  @FunctionalInterface
  interface CancellationCheck {
    /**
     * @throws OperationFailure when the copy was cancelled
     */
    void check() throws OperationFailure;
  }

  /** A file as it was when it was copied. */
  private record Version(Path file, long size, FileTime modified) {
    static Version of(HeldFolder folder, String name, BasicFileAttributes attributes) {
      return new Version(
          NameCodec.resolve(folder.path(), name), attributes.size(),
          attributes.lastModifiedTime());
    }
  }

  TreeCopy(CancellationCheck cancellation) {
    this.cancellation = cancellation;
  }

  /**
   * Checks in advance whether everything can be copied and then deleted.
   *
   * @param target the file key of the folder to copy to
   * @throws OperationFailure EXDEV for links and devices, EACCES, or EINVAL when the tree is too
   *     large or contains the target
   */
  void check(HeldFolder folder, String name, @Nullable Object target, int level)
      throws IOException, OperationFailure {
    cancellation.check();
    BasicFileAttributes attributes = folder.attributes(name);
    if (++entries > MAX_ENTRIES || level > FolderService.MAX_LEVELS) {
      throw new OperationFailure(
          FailureCode.EINVAL,
          "More than %d names, or %d levels, cannot be moved to another disk at once; move its parts."
              .formatted(MAX_ENTRIES, FolderService.MAX_LEVELS));
    }
    if (attributes.isDirectory()) {
      if (target != null && target.equals(attributes.fileKey())) {
        throw Renaming.intoItself();
      }
      try (HeldFolder inner = folder.enter(name)) {
        requireWritable(inner);
        for (Path entry : inner.names()) {
          check(inner, NameCodec.decode(entry), target, level + 1);
        }
      }
    } else if (!attributes.isRegularFile()) {
      throw notAFile();
    }
  }

  /**
   * Refuses a read-only folder, from which the originals could not be deleted, as far as that can
   * be told in advance.
   */
  static void requireWritable(HeldFolder folder) throws OperationFailure {
    if (!Files.isWritable(folder.path())) {
      throw new OperationFailure(
          FailureCode.EACCES, "It could not be deleted at its old place, which is read-only.");
    }
  }

  private static OperationFailure notAFile() {
    return new OperationFailure(
        FailureCode.EXDEV, "Links, devices and pipes cannot be moved to another disk.");
  }

  /**
   * Copies everything and flushes it to the disk. After a failure the caller deletes the incomplete
   * copy.
   */
  void copy(HeldFolder from, String name, HeldFolder to, String newName)
      throws IOException, OperationFailure {
    BasicFileAttributes before = from.attributes(name);
    requireAbsent(to, newName);
    if (before.isDirectory()) {
      to.createFolder(newName);
      hideFolder(to, newName);
      try (HeldFolder inner = from.enter(name);
          HeldFolder made = to.enter(newName)) {
        for (Path entry : inner.names()) {
          String each = NameCodec.decode(entry);
          copy(inner, each, made, each);
        }
        made.force();
      }
    } else if (before.isRegularFile()) {
      copyFile(from, name, before.size(), to, newName);
      Version version = Version.of(from, name, before);
      if (!version.equals(Version.of(from, name, from.attributes(name)))) {
        throw new OperationFailure(
            FailureCode.EBUSY, "A file was changed while it was moved; try again later.");
      }
      copied.add(version);
    } else {
      throw notAFile();
    }
    copyAttributes(from, name, to, newName);
  }

  private static void requireAbsent(HeldFolder folder, String name)
      throws IOException, OperationFailure {
    try {
      folder.attributes(name);
    } catch (NoSuchFileException e) {
      return;
    }
    throw new OperationFailure(
        FailureCode.EXDEV,
        "Two names are the same on the other disk, which takes capital letters for small ones.");
  }

  /** Keeps the copy sparse: an incomplete download consists largely of zeros. */
  private void copyFile(
      HeldFolder from, String name, long size, HeldFolder to, String newName)
      throws IOException, OperationFailure {
    try (FileChannel in = from.openFile(name, READ);
        FileChannel out = to.openFile(newName, NEW, hidden(to))) {
      long position = 0;
      while (position < size && fill(in)) { // bounded: the file may be growing
        cancellation.check();
        int length = buffer.remaining();
        boolean last = length < BUFFER_BYTES;
        if (last || !buffer.equals(zeros.clear())) {
          write(out, position);
        }
        position += length;
      }
      if (out.size() < position) {
        out.write(zeros.clear().limit(1), position - 1);
      }
      out.force(true);
    }
  }

  /** Returns false at the end of the file. */
  private boolean fill(FileChannel in) throws IOException {
    buffer.clear();
    while (buffer.hasRemaining() && in.read(buffer) >= 0) {}
    return buffer.flip().hasRemaining();
  }

  private void write(FileChannel out, long position) throws IOException {
    long at = position;
    while (buffer.hasRemaining()) {
      at += out.write(buffer, at);
    }
  }

  /** Until a copy has the permissions of the original, it is for the daemon's user only. */
  private static FileAttribute<?>[] hidden(HeldFolder folder) {
    return folder.path().getFileSystem().supportedFileAttributeViews().contains("posix")
        ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(FILE_OF_OWNER)}
        : new FileAttribute<?>[0];
  }

  private static void hideFolder(HeldFolder folder, String name) {
    attempt(
        () -> {
          PosixFileAttributeView view = folder.view(name, PosixFileAttributeView.class);
          if (view != null) {
            view.setPermissions(FOLDER_OF_OWNER);
          }
        });
  }

  /**
   * Copies times, owner and permissions, as far as the other file system and the daemon's user
   * allow.
   */
  private static void copyAttributes(
      HeldFolder from, String name, HeldFolder to, String newName) {
    attempt(
        () -> {
          BasicFileAttributeView view = to.view(newName, BasicFileAttributeView.class);
          if (view != null) {
            BasicFileAttributes times = from.attributes(name);
            view.setTimes(times.lastModifiedTime(), times.lastAccessTime(), null);
          }
        });
    attempt(
        () -> {
          PosixFileAttributeView rights = from.view(name, PosixFileAttributeView.class);
          PosixFileAttributeView copy = to.view(newName, PosixFileAttributeView.class);
          if (rights != null && copy != null) {
            PosixFileAttributes read = rights.readAttributes();
            attempt(() -> copy.setGroup(read.group()));
            attempt(() -> copy.setOwner(read.owner()));
            attempt(() -> copy.setPermissions(read.permissions()));
          }
        });
  }

  private interface AttributeCopy {
    void run() throws IOException;
  }

  private static void attempt(AttributeCopy copy) {
    try {
      copy.run();
    } catch (IOException | UnsupportedOperationException e) {
      // Not essential: the content was copied.
    }
  }

  /**
   * Deletes the files that were copied, unless they have changed since, and then the empty folders.
   *
   * @return whether everything was deleted
   */
  boolean remove(HeldFolder folder, String name) throws IOException, OperationFailure {
    BasicFileAttributes attributes = folder.attributes(name);
    if (!attributes.isDirectory()) {
      if (!copied.contains(Version.of(folder, name, attributes))) {
        return false;
      }
      folder.deleteFile(name);
      return true;
    }
    try {
      folder.deleteFolder(name); // first: a mount point must fail before its content is deleted
      return true;
    } catch (DirectoryNotEmptyException e) {
      // The usual case: delete the content first.
    }
    boolean empty = true;
    try (HeldFolder inner = folder.enter(name)) {
      for (Path entry : inner.names()) {
        empty &= removeIfThere(inner, NameCodec.decode(entry));
      }
    }
    if (empty) {
      folder.deleteFolder(name);
    }
    return empty;
  }

  /** Another program may delete an entry after it was listed; what is left must be deleted all the same. */
  private boolean removeIfThere(HeldFolder folder, String name)
      throws IOException, OperationFailure {
    try {
      return remove(folder, name);
    } catch (NoSuchFileException e) {
      return true;
    }
  }
}
