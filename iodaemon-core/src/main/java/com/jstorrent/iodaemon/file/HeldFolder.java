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
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A folder that is held open while its entries are worked on by name, relative to its descriptor.
 * If another folder is swapped in at its path meanwhile, this one is still meant. No method follows
 * a link. Not thread-safe; must be closed.
 */
sealed interface HeldFolder extends AutoCloseable permits SecureFolder, PlainFolder {

  /**
   * Opens a folder by its path, for instance a root.
   *
   * @param real the real path, without links
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

  /** The path at which the folder was opened, for operations that the JDK offers by path only. */
  Path path();

  /** Opens a regular file. */
  FileChannel openFile(
      String name, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException, OperationFailure;

  /** Opens a folder in this one, which stays open. */
  HeldFolder enter(String name) throws IOException;

  /** The attributes of an entry; of the link itself if it is one. */
  BasicFileAttributes attributes(String name) throws IOException;

  /** Whether the entry is a link; false if its attributes cannot be read. */
  default boolean isLink(String name) {
    try {
      return attributes(name).isSymbolicLink();
    } catch (IOException e) {
      return false;
    }
  }

  /** Whether this is certainly still the folder that was opened. */
  boolean isUnmoved() throws IOException;

  /**
   * A further attribute view of an entry, or of the link itself; null if the file system has none.
   */
  <V extends FileAttributeView> @Nullable V view(String name, Class<V> type) throws IOException;

  /** The names of the entries. May be called once. */
  Iterable<Path> names() throws IOException;

  void deleteFile(String name) throws IOException;

  void deleteFolder(String name) throws IOException;

  /** Renames an entry atomically, replacing a file, or an empty folder by a folder. */
  void move(String name, HeldFolder target, String newName) throws IOException;

  /** The folder itself, opened as if it were a file. */
  FileChannel self() throws IOException;

  @Override
  void close() throws IOException;

  /** Creates a folder, unless one of that name exists. By path, because Java has no mkdirat. */
  default void createFolder(String name) throws IOException {
    if (!isUnmoved()) {
      throw new NotDirectoryException(name);
    }
    Path folder = NameCodec.resolve(path(), name);
    try {
      Files.createDirectory(folder);
    } catch (FileAlreadyExistsException e) {
      if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
        throw e;
      }
    }
  }

  /**
   * Brings the names in this folder to the disk, if the file system has a disk and the system a
   * call for it.
   */
  default void force() throws IOException {
    if (SafePath.WindowsNames.ON_WINDOWS
        || path().getFileSystem() != FileSystems.getDefault()) {
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

  /** The names in a subfolder, at most {@code most + 1}: one too many shows that there are more. */
  default List<String> list(String name, int most) throws IOException {
    try (HeldFolder folder = enter(name)) {
      return folder.list(most);
    }
  }

  /** The names in this folder, at most {@code most + 1}. May be called once. */
  default List<String> list(int most) throws IOException {
    List<String> names = new ArrayList<>();
    for (Path entry : names()) {
      names.add(NameCodec.decode(entry));
      if (names.size() > most) {
        break;
      }
    }
    return names;
  }
}
