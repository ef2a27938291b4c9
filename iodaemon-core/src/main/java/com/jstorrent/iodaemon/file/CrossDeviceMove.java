package com.jstorrent.iodaemon.file;

import com.jstorrent.iodaemon.failure.FailureCode;
import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.random.RandomId;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves files and folders to another file system below the same root, where no rename leads: copied
 * under a name of its own beside the target, brought to the disk, given the target's name in one step,
 * and only then deleted at the old place. Until that step nothing has changed. Everything is done in
 * folders that are held. It may take as long as copying does, so it runs on the thread of the caller,
 * and one at a time. Thread-safe.
 */
final class CrossDeviceMove implements AutoCloseable {
  /** How the name of a copy begins while it is not complete. */
  static final String TEMPORARY = ".jstorrent-move-";

  private static final long CLOSE_SECONDS = 5;
  private static final Logger LOG = LoggerFactory.getLogger(CrossDeviceMove.class);

  private final RenameGuard renames;
  private final OpenFileTable open;
  private final MovesUnderWay moves;
  private final SillyRenames sillyRenames;
  private final ReentrantLock turn = new ReentrantLock();
  private volatile boolean closed;

  CrossDeviceMove(
      RenameGuard renames, OpenFileTable open, MovesUnderWay moves, SillyRenames sillyRenames) {
    this.renames = renames;
    this.open = open;
    this.moves = moves;
    this.sillyRenames = sillyRenames;
  }

  /**
   * @param whenDone run before anything can look for the file by its new name
   * @throws OperationFailure as {@link FolderService#rename} tells
   */
  void move(FilePlace from, FilePlace to, Runnable whenDone) throws OperationFailure {
    turn.lock();
    try {
      requireOpen();
      FolderWalk.toEntry(from, false)
          .then(
              (source, name) -> FolderWalk.toEntry(to, true)
                  .then(
                      (target, newName) -> {
                        try {
                          new Journey(from.root(), source, name, target, newName).go(whenDone);
                          return null;
                        } catch (IOException e) {
                          throw FileErrors.ofNaming(e); // what has happened does not happen once more
                        }
                      }));
    } finally {
      turn.unlock();
    }
  }

  private void requireOpen() throws OperationFailure {
    if (closed) {
      throw new OperationFailure(FailureCode.EBUSY, "The daemon ends; nothing was moved.");
    }
  }

  /** What is under way ends, and is undone; nothing is moved from here on. Does not wait. */
  void cancel() {
    closed = true;
  }

  /** The same, and waits for it, for a bounded time. */
  @Override
  public void close() {
    cancel();
    try {
      if (turn.tryLock(CLOSE_SECONDS, TimeUnit.SECONDS)) {
        turn.unlock();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** One move. */
  private final class Journey {
    private final DownloadRoot root;
    private final HeldFolder source;
    private final String name;
    private final HeldFolder target;
    private final String newName;
    private final Path old;
    private final Path fresh;
    private final String temporary = TEMPORARY + RandomId.draw();
    private final TreeCopy tree = new TreeCopy(CrossDeviceMove.this::requireOpen);

    Journey(
        DownloadRoot root, HeldFolder source, String name, HeldFolder target, String newName) {
      this.root = root;
      this.source = source;
      this.name = name;
      this.target = target;
      this.newName = newName;
      this.old = NameCodec.resolve(source.place(), name);
      this.fresh = NameCodec.resolve(target.place(), newName);
    }

    void go(Runnable whenDone) throws IOException, OperationFailure {
      try (MovesUnderWay.Move move = renames.alone(root, this::begin)) {
        move.require(source);
        move.require(target);
        sillyRenames.retry(this::isStill);
        requireReplaceable();
        TreeCopy.requireWritable(source);
        tree.check(source, name, target.attributes(".").fileKey(), 1);
        boolean done = false;
        try {
          tree.copy(source, name, target, temporary);
          sillyRenames.retry(last -> renames.alone(root, () -> swap(whenDone)));
          done = true;
        } finally {
          if (!done) {
            discardCopy();
          }
        }
        deleteOld();
      }
    }

    private MovesUnderWay.Move begin() throws OperationFailure {
      moves.requireFree(old);
      moves.requireFree(fresh);
      return moves.begin(old, fresh);
    }

    /** Whether no request that began earlier may still change something. */
    private boolean isStill(boolean last) throws OperationFailure {
      if (last && open.isWritten(old)) {
        throw new OperationFailure(
            FailureCode.EBUSY, "It is being written; move it when that has ended.");
      }
      return !open.isWritten(old);
    }

    /** As a rename would, but before anything is copied. */
    private void requireReplaceable() throws IOException {
      boolean folder = source.attributes(name).isDirectory();
      BasicFileAttributes replaced;
      try {
        replaced = target.attributes(newName);
      } catch (NoSuchFileException e) {
        return;
      }
      if (folder && !replaced.isDirectory()) {
        throw new NotDirectoryException(null);
      }
      if (!folder && replaced.isDirectory()) {
        throw new FileSystemException(null, null, "Is a directory");
      }
      if (folder && !target.list(newName, 0).isEmpty()) {
        throw new DirectoryNotEmptyException(null);
      }
    }

    private boolean swap(Runnable whenDone) throws OperationFailure {
      if (!sillyRenames.release(fresh)) {
        return false;
      }
      try {
        target.move(temporary, target, newName);
      } catch (IOException e) {
        throw FileErrors.of(e);
      }
      open.forget(old);
      open.forget(fresh);
      whenDone.run();
      return true;
    }

    private void discardCopy() {
      try {
        FolderService.deleteTree(target, temporary, 1);
      } catch (NoSuchFileException e) {
        // Nothing has been made yet.
      } catch (IOException | DirectoryIteratorException | OperationFailure e) {
        LOG.warn("What was copied of a move that failed could not be deleted.");
      }
    }

    private void deleteOld() throws OperationFailure {
      try {
        target.force();
        sillyRenames.retry(this::deleteOld);
      } catch (IOException e) {
        throw notDeleted(FileErrors.of(e));
      } catch (OperationFailure e) {
        throw notDeleted(e);
      }
    }

    private boolean deleteOld(boolean last) throws OperationFailure {
      if (!sillyRenames.release(old)) {
        return false;
      }
      try {
        if (tree.remove(source, name)) {
          return true;
        }
      } catch (NoSuchFileException e) {
        return true; // it has been deleted already
      } catch (DirectoryNotEmptyException e) {
        // Something has been put into it.
      } catch (IOException e) {
        throw FileErrors.of(e);
      }
      if (last || !SillyRenames.keepNames(old)) {
        throw new OperationFailure(
            FailureCode.ENOTEMPTY, "Something in it was changed, or put into it, meanwhile.");
      }
      return false;
    }
  }

  private static OperationFailure notDeleted(OperationFailure why) {
    String reason = why.getMessage();
    return new OperationFailure(
        why.code(),
        "It is whole at its new place, but could not be deleted at the old one ("
            + reason.substring(0, reason.length() - 1)
            + ").");
  }
}
