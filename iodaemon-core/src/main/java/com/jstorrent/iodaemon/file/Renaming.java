package com.jstorrent.iodaemon.file;

import com.jstorrent.iodaemon.failure.FailureCode;
import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.work.WorkerPool;
import com.jstorrent.iodaemon.work.WorkerPool.Priority;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Renames files and folders within one file system (PROTOCOL.md § 5.1). Thread-safe. */
final class Renaming {
  private static final Logger LOG = LoggerFactory.getLogger(Renaming.class);

  private final WorkerPool pool;
  private final RenameGuard renames;
  private final OpenFileTable open;
  private final ActiveMoves moves;
  private final SillyRenames sillyRenames;

  Renaming(WorkerPool pool, OpenFiles files, SillyRenames sillyRenames) {
    this.pool = pool;
    this.renames = files.renames();
    this.open = files.table();
    this.moves = files.moves();
    this.sillyRenames = sillyRenames;
  }

  /**
   * @param whenDone run before any request can look the file up by its new name
   * @throws OperationFailure EXDEV when the target is on another file system, and as {@link
   *     FolderService#rename} documents
   */
  void rename(FileLocation from, FileLocation to, Runnable whenDone) throws OperationFailure {
    if (from.path().contains(to.path()) && !from.equals(to)) {
      throw intoItself();
    }
    sillyRenames.retry(
        last -> pool.call(
            Priority.BULK,
            () -> renames.exclusively(
                from.root(),
                () -> {
                  boolean done = walk(from, to);
                  if (done) {
                    whenDone.run();
                  }
                  return done;
                })));
  }

  private boolean walk(FileLocation from, FileLocation to) throws OperationFailure {
    return FolderWalk.toEntry(from, false)
        .then(
            (source, name) -> {
              source.attributes(name); // fails before folders are created in vain
              return FolderWalk.toEntry(to, true)
                  .then((target, newName) -> move(source, name, target, newName));
            });
  }

  private boolean move(HeldFolder source, String name, HeldFolder target, String newName)
      throws IOException, OperationFailure {
    Path oldPath = NameCodec.resolve(source.path(), name);
    Path newPath = NameCodec.resolve(target.path(), newName);
    moves.requireNoMoveWithin(oldPath);
    moves.requireNoMoveWithin(newPath);
    if (!oldPath.equals(newPath) && !sillyRenames.closeUnused(newPath)) {
      return false;
    }
    open.evict(oldPath); // some systems cannot rename an open file or the folder it is in
    try {
      source.move(name, target, newName);
    } catch (FileSystemException e) {
      if (target.path().startsWith(oldPath)) { // reached through a link
        throw intoItself();
      }
      throw e;
    }
    if (!oldPath.equals(newPath)) {
      removeOtherName(source, name, target, newName);
    }
    open.evict(oldPath);
    open.evict(newPath);
    open.moved(oldPath, newPath);
    return true;
  }

  /**
   * Deletes the old name if it is left: POSIX keeps both names when they are hard links of one file. On
   * a disk that ignores case, or treats two spellings as one, both are the same name, which must stay.
   * So the old name is deleted only if there are certainly two.
   */
  private static void removeOtherName(
      HeldFolder source, String name, HeldFolder target, String newName) {
    try {
      BasicFileAttributes left = source.attributes(name);
      if (left.isRegularFile()
          && left.fileKey() != null
          && left.fileKey().equals(target.attributes(newName).fileKey())
          && areTwoEntries(source, name, target, newName)) {
        source.deleteFile(name);
      }
    } catch (NoSuchFileException e) {
      // As usual: only the new name is left.
    } catch (IOException | DirectoryIteratorException e) {
      LOG.debug("Whether a renamed file has its old name, too, is not known: {}", e.toString());
    }
  }

  private static boolean areTwoEntries(
      HeldFolder source, String name, HeldFolder target, String newName) throws IOException {
    if (!Files.isSameFile(source.path(), target.path())) {
      return true;
    }
    boolean old = false;
    boolean made = false;
    for (Path entry : source.names()) {
      String each = NameCodec.decode(entry);
      old |= each.equals(name);
      made |= each.equals(newName);
    }
    return !name.equals(newName) && old && made;
  }

  static OperationFailure intoItself() {
    return new OperationFailure(FailureCode.EINVAL, "A folder cannot be moved into itself.");
  }
}
