package com.jstorrent.iodaemon.file;

import com.jstorrent.iodaemon.failure.FailureCode;
import com.jstorrent.iodaemon.failure.OperationFailure;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A folder known by its path, for file systems without directory descriptors. Every operation first
 * checks the path for links, and opening a file checks again afterwards.
 */
record PlainFolder(Path path) implements HeldFolder {

  private Path requireUnmoved() throws IOException {
    if (!isUnmoved()) {
      throw new NotDirectoryException("link");
    }
    return path;
  }

  @Override
  public FileChannel openFile(
      String name, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException, OperationFailure {
    Path file = NameCodec.resolve(path, name);
    try {
      SecureFolder.requireOrdinary(attributes(name));
    } catch (NoSuchFileException e) {
      requireUnmoved();
    }
    FileChannel channel = FileChannel.open(file, options, attributes);
    boolean isRight = false;
    try {
      isRight = file.toRealPath().equals(file); // fails when it has been deleted meanwhile
    } finally {
      if (!isRight) {
        channel.close();
      }
    }
    if (!isRight) {
      throw new FolderWalk.LinkException();
    }
    return channel;
  }

  @Override
  public HeldFolder enter(String name) throws IOException {
    Path folder = NameCodec.resolve(path, name);
    if (!Files.readAttributes(folder, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
        .isDirectory()) {
      throw new NotDirectoryException(name);
    }
    return new PlainFolder(folder); // operations in it check the whole path
  }

  @Override
  public BasicFileAttributes attributes(String name) throws IOException {
    return Files.readAttributes(
        NameCodec.resolve(requireUnmoved(), name), BasicFileAttributes.class,
        LinkOption.NOFOLLOW_LINKS);
  }

  /** Also true for junctions of Windows, and for a name that differs in case. */
  @Override
  public boolean isLink(String name) {
    Path entry = NameCodec.resolve(path, name);
    try {
      return !entry.toRealPath().equals(entry);
    } catch (IOException e) {
      return Files.isSymbolicLink(entry);
    }
  }

  @Override
  public boolean isUnmoved() throws IOException {
    return path.toRealPath().equals(path);
  }

  @Override
  public <V extends FileAttributeView> @Nullable V view(String name, Class<V> type)
      throws IOException {
    return Files.getFileAttributeView(
        NameCodec.resolve(requireUnmoved(), name), type, LinkOption.NOFOLLOW_LINKS);
  }

  @Override
  public Iterable<Path> names() throws IOException {
    List<Path> names = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(requireUnmoved())) {
      entries.forEach(names::add);
    }
    return names;
  }

  @Override
  public void deleteFile(String name) throws IOException {
    Files.delete(NameCodec.resolve(requireUnmoved(), name));
  }

  @Override
  public void deleteFolder(String name) throws IOException {
    Files.delete(NameCodec.resolve(requireUnmoved(), name));
  }

  @Override
  public void move(String name, HeldFolder target, String newName) throws IOException {
    Files.move(
        NameCodec.resolve(requireUnmoved(), name),
        NameCodec.resolve(((PlainFolder) target).requireUnmoved(), newName),
        StandardCopyOption.ATOMIC_MOVE);
  }

  @Override
  public FileChannel self() throws IOException {
    return FileChannel.open(requireUnmoved(), StandardOpenOption.READ);
  }

  @Override
  public void close() {
    // There is no descriptor to close.
  }
}
