package com.jstorrent.iodaemon.file;

import com.jstorrent.iodaemon.failure.FailureCode;
import com.jstorrent.iodaemon.failure.OperationFailure;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.util.Set;
import java.util.concurrent.locks.ReadWriteLock;
import org.jspecify.annotations.Nullable;

/**
 * A folder held by its descriptor, and worked in by openat, fstatat, unlinkat and renameat.
 *
 * @param entry the root's {@link EntryLock}
 */
record SecureFolder(SecureDirectoryStream<Path> stream, Path path, ReadWriteLock entry)
    implements HeldFolder {

  private Path name(String name) {
    return NameCodec.encode(path.getFileSystem(), name);
  }

  @Override
  public FileChannel openFile(
      String name, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException, OperationFailure {
    try {
      requireOrdinary(attributes(name));
    } catch (NoSuchFileException e) {
      // It will be created, or opening it fails with the same exception.
    }
    return (FileChannel) stream.newByteChannel(name(name), options, attributes);
  }

  /** Refuses links, folders, devices and pipes; opening a pipe would block. */
  static void requireOrdinary(BasicFileAttributes attributes)
      throws FolderWalk.LinkException, OperationFailure {
    if (attributes.isSymbolicLink()) {
      throw new FolderWalk.LinkException();
    }
    if (attributes.isDirectory()) {
      throw new OperationFailure(FailureCode.EISDIR, "This is a folder, not a file.");
    }
    if (attributes.isOther()) {
      throw new OperationFailure(FailureCode.EINVAL, "This is a device or a pipe, not a file.");
    }
  }

  @Override
  public HeldFolder enter(String name) throws IOException {
    if (!attributes(name).isDirectory()) {
      throw new NotDirectoryException(name); // opening a pipe would block
    }
    entry.readLock().lock();
    try {
      return new SecureFolder(
          stream.newDirectoryStream(name(name), LinkOption.NOFOLLOW_LINKS),
          NameCodec.resolve(path, name),
          entry);
    } finally {
      entry.readLock().unlock();
    }
  }

  @Override
  public BasicFileAttributes attributes(String name) throws IOException {
    return stream
        .getFileAttributeView(
            name(name), BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
        .readAttributes();
  }

  /** Always true: the descriptor refers to this folder wherever it is moved. */
  @Override
  public boolean isUnmoved() {
    return true;
  }

  @Override
  public <V extends FileAttributeView> @Nullable V view(String name, Class<V> type) {
    return stream.getFileAttributeView(name(name), type, LinkOption.NOFOLLOW_LINKS);
  }

  @Override
  public Iterable<Path> names() {
    return stream;
  }

  @Override
  public void deleteFile(String name) throws IOException {
    stream.deleteFile(name(name));
  }

  @Override
  public void deleteFolder(String name) throws IOException {
    entry.writeLock().lock();
    try {
      stream.deleteDirectory(name(name));
    } finally {
      entry.writeLock().unlock();
    }
  }

  @Override
  public void move(String name, HeldFolder target, String newName) throws IOException {
    SecureDirectoryStream<Path> into = ((SecureFolder) target).stream;
    entry.writeLock().lock(); // it may replace an empty folder
    try {
      stream.move(name(name), into, name(newName));
    } finally {
      entry.writeLock().unlock();
    }
  }

  @Override
  public FileChannel self() throws IOException {
    return (FileChannel) stream.newByteChannel(name("."), Set.of(StandardOpenOption.READ));
  }

  @Override
  public void close() throws IOException {
    stream.close();
  }
}
