package com.jstorrent.iodaemon.file;

import com.jstorrent.iodaemon.failure.OperationFailure;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NotDirectoryException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttributeView;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A folder that is held open while something is done in it, by names alone: whatever is put in its
 * place meanwhile, the folder stays the same. No method follows a link. Not thread-safe; close it.
 */
sealed interface HeldFolder extends AutoCloseable permits SecureFolder, PlainFolder {

  /**
   * Opens a folder by its path, for instance a root.
   *
   * @param real a path without links
   */
  @SuppressWarnings("StreamResourceLeak") // the secure folder closes it
  static HeldFolder open(Path real) throws IOException {
    DirectoryStream<Path> stream = Files.newDirectoryStream(real);
    if (stream instanceof SecureDirectoryStream<Path> secure) {
      return new SecureFolder(secure, real, EntryLock.of(real));
    }
    stream.close();
    return new PlainFolder(real);
  }

  /** Where the folder was found; for what can be done by path only. */
  Path place();

  /** Opens an ordinary file. */
  FileChannel openFile(String name, Set<? extends OpenOption> options)
      throws IOException, OperationFailure;

  /** Opens a folder in this one, which stays open. */
  HeldFolder enter(String name) throws IOException;

  /** Of the link itself, when it is one. */
  BasicFileAttributes attributes(String name) throws IOException;

  /** Whether this is a link, as far as can be told. */
  default boolean isLink(String name) {
    try {
      return attributes(name).isSymbolicLink();
    } catch (IOException e) {
      return false;
    }
  }

  /** Whether it is known to be the folder that is meant. */
  boolean isInPlace() throws IOException;

  /** More of an entry, or of the link itself; null when the file system has no such thing. */
  <V extends FileAttributeView> @Nullable V view(String name, Class<V> type) throws IOException;

  /** Can be asked once. */
  Iterable<Path> names() throws IOException;

  void deleteFile(String name) throws IOException;

  void deleteFolder(String name) throws IOException;

  /** Atomic; replaces a file, or an empty folder by a folder. */
  void move(String name, HeldFolder target, String newName) throws IOException;

  /** The folder itself, opened as if it were a file. */
  FileChannel self() throws IOException;

  @Override
  void close() throws IOException;

  /** Makes a folder, unless somebody else has done so meanwhile. By path: Java has no mkdirat. */
  default void makeFolder(String name) throws IOException {
    if (!isInPlace()) {
      throw new NotDirectoryException(name);
    }
    Path folder = NameCodec.resolve(place(), name);
    try {
      Files.createDirectory(folder);
    } catch (FileAlreadyExistsException e) {
      if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
        throw e;
      }
    }
  }

  /** Returns when the names in this folder are on the disk, where there is a disk and a call for that. */
  default void force() throws IOException {
    if (SafePath.WindowsNames.ON_WINDOWS
        || place().getFileSystem() != FileSystems.getDefault()) {
      return;
    }
    try (FileChannel folder = self()) {
      folder.force(true);
    } catch (IOException e) {
      if (!String.valueOf(e.getMessage()).contains("Invalid argument")) {
        throw e;
      } // else this file system has no such call
    }
  }

  /** The names in a folder of this one, at most so many and one more. */
  default List<String> list(String name, int most) throws IOException {
    try (HeldFolder folder = enter(name)) {
      return folder.list(most);
    }
  }

  /** The names in this folder, at most so many and one more. Can be asked once. */
  default List<String> list(int most) throws IOException {
    List<String> names = new ArrayList<>();
    for (Path entry : names()) {
      names.add(NameCodec.shown(entry));
      if (names.size() > most) {
        break;
      }
    }
    return names;
  }
}
