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
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Copies a file, or a folder with all that is in it, from one held folder to another, and deletes what
 * it has copied. No link is followed. Used by one thread, for one copy.
 */
final class TreeCopy {
  private static final int BUFFER_BYTES = 256 << 10;
  private static final int MOST_ENTRIES = 100_000;
  private static final Set<OpenOption> READ =
      Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
  private static final Set<OpenOption> NEW =
      Set.of(
          StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW, LinkOption.NOFOLLOW_LINKS);

  private final Pulse pulse;
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
  private final ByteBuffer zeros = ByteBuffer.allocateDirect(BUFFER_BYTES).asReadOnlyBuffer();
  private final Set<Version> copied = new HashSet<>();
  private int entries;

  /** Asked again and again while there is more to do. */
  @FunctionalInterface
  interface Pulse {
    /**
     * @throws OperationFailure when it is not to go on
     */
    void check() throws OperationFailure;
  }

  /** A file as it was when it was copied. */
  private record Version(Path file, long size, FileTime modified) {
    static Version of(HeldFolder folder, String name, BasicFileAttributes attributes) {
      return new Version(
          NameCodec.resolve(folder.place(), name), attributes.size(),
          attributes.lastModifiedTime());
    }
  }

  TreeCopy(Pulse pulse) {
    this.pulse = pulse;
  }

  /**
   * Looks whether everything can be copied, and deleted then.
   *
   * @param target the folder that it is to be copied to, as its file system knows it
   * @throws OperationFailure EXDEV for links and devices, EACCES, or EINVAL when it is too much or the
   *     target lies in it
   */
  void check(HeldFolder folder, String name, @Nullable Object target, int level)
      throws IOException, OperationFailure {
    pulse.check();
    BasicFileAttributes attributes = folder.attributes(name);
    if (++entries > MOST_ENTRIES || level > FolderService.MOST_LEVELS) {
      throw new OperationFailure(
          FailureCode.EINVAL,
          "More than %d names, or %d levels, cannot be moved to another disk at once; move its parts."
              .formatted(MOST_ENTRIES, FolderService.MOST_LEVELS));
    }
    if (attributes.isDirectory()) {
      if (target != null && target.equals(attributes.fileKey())) {
        throw Renaming.intoItself();
      }
      try (HeldFolder inner = folder.enter(name)) {
        requireWritable(inner);
        for (Path entry : inner.names()) {
          check(inner, NameCodec.shown(entry), target, level + 1);
        }
      }
    } else if (!attributes.isRegularFile()) {
      throw notAFile();
    }
  }

  /** As far as can be told without doing it: what is copied is to be deleted from this folder. */
  static void requireWritable(HeldFolder folder) throws OperationFailure {
    if (!Files.isWritable(folder.place())) {
      throw new OperationFailure(
          FailureCode.EACCES, "It could not be deleted at its old place, which is read-only.");
    }
  }

  private static OperationFailure notAFile() {
    return new OperationFailure(
        FailureCode.EXDEV, "Links, devices and pipes cannot be moved to another disk.");
  }

  /** Copies everything, to the disk. What is there of the copy when this fails is for the caller to delete. */
  void copy(HeldFolder from, String name, HeldFolder to, String newName)
      throws IOException, OperationFailure {
    BasicFileAttributes before = from.attributes(name);
    requireAbsent(to, newName);
    if (before.isDirectory()) {
      to.makeFolder(newName);
      try (HeldFolder inner = from.enter(name);
          HeldFolder made = to.enter(newName)) {
        for (Path entry : inner.names()) {
          String each = NameCodec.shown(entry);
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
    carryAttributes(from, name, to, newName);
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

  /** Zeros take no room in the copy: much of a file that is not complete is not there yet. */
  private void copyFile(
      HeldFolder from, String name, long size, HeldFolder to, String newName)
      throws IOException, OperationFailure {
    try (FileChannel in = from.openFile(name, READ);
        FileChannel out = to.openFile(newName, NEW)) {
      long position = 0;
      while (position < size && fill(in)) { // one that grows for ever must not hold this up
        pulse.check();
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

  /** As far as the other file system and the user of this process let it. */
  private static void carryAttributes(
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

  private interface Carry {
    void run() throws IOException;
  }

  private static void attempt(Carry carry) {
    try {
      carry.run();
    } catch (IOException | UnsupportedOperationException e) {
      // The bytes are what counts.
    }
  }

  /**
   * Deletes what was copied, unless it was changed since, and the folders that are empty then.
   *
   * @return whether nothing is left
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
      folder.deleteFolder(name); // one that must stay, a mounted disk, keeps what is in it
      return true;
    } catch (DirectoryNotEmptyException e) {
      // What is in it goes first.
    }
    boolean empty = true;
    try (HeldFolder inner = folder.enter(name)) {
      for (Path entry : inner.names()) {
        empty &= remove(inner, NameCodec.shown(entry));
      }
    }
    if (empty) {
      folder.deleteFolder(name);
    }
    return empty;
  }
}
