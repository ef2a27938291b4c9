package com.jstorrent.iodaemon.file;

import com.jstorrent.iodaemon.config.DownloadRoot;
import com.jstorrent.iodaemon.failure.FailureCode;
import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.random.RandomId;
import com.jstorrent.iodaemon.work.WorkerPool.Priority;
import com.jstorrent.iodaemon.work.WorkerPool;
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
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves a file or folder to another file system below the same root, where the system cannot rename
 * it.
 *
 * <p>The tree is copied to a temporary name beside the target and flushed to the disk. One atomic
 * rename then gives the copy the target's name, and only after that is the original deleted. A
 * failure before the rename therefore leaves everything as it was, and a failure after it leaves
 * the original beside a complete copy. {@link ActiveMoves} keeps the daemon's other requests from
 * changing the tree while it is copied, and every step works in folders that are held open ({@link
 * HeldFolder}), so a folder swapped meanwhile does not divert it.
 *
 * <p>A move takes as long as copying does. It runs on the caller's thread, so as not to occupy a
 * thread of the file pool, or on one of its own when that is virtual, and one move runs at a time.
 * Thread-safe.
 */
final class CrossDeviceMove implements AutoCloseable {
  /** Prefix of the temporary name that a copy has until it is complete. */
  static final String TEMPORARY = ".jstorrent-move-";

  private static final long CLOSE_SECONDS = 5;
  private static final Logger LOG = LoggerFactory.getLogger(CrossDeviceMove.class);

  private final RenameGuard renames;
  private final OpenFileTable open;
  private final ActiveMoves moves;
  private final SillyRenames sillyRenames;
  private final ReentrantLock oneAtATime = new ReentrantLock();
  private final WorkerPool thread = new WorkerPool("move", 1);
  private volatile boolean closed;

  CrossDeviceMove(
      RenameGuard renames, OpenFileTable open, ActiveMoves moves, SillyRenames sillyRenames) {
    this.renames = renames;
    this.open = open;
    this.moves = moves;
    this.sillyRenames = sillyRenames;
  }

  /**
   * @param whenDone run before any request can look the file up by its new name
   * @throws OperationFailure as {@link FolderService#rename} documents
   */
  void move(FileLocation from, FileLocation to, Runnable whenDone) throws OperationFailure {
    oneAtATime.lock();
    try {
      requireRunning();
      thread.call(Priority.BULK, () -> moveNow(from, to, whenDone));
    } finally {
      oneAtATime.unlock();
    }
  }

  private @Nullable Void moveNow(FileLocation from, FileLocation to, Runnable whenDone)
      throws OperationFailure {
    return FolderWalk.toEntry(from, false)
        .then(
            (source, name) -> FolderWalk.toEntry(to, true)
                .then(
                    (target, newName) -> {
                      try {
                        new SingleMove(from.root(), source, name, target, newName).run(whenDone);
                        return null;
                      } catch (IOException e) {
                        throw FileErrors.ofNaming(e); // an IOException would make the walk start the move again
                      }
                    }));
  }

  private void requireRunning() throws OperationFailure {
    if (closed) {
      throw new OperationFailure(FailureCode.EBUSY, "The daemon ends; nothing was moved.");
    }
  }

  /** Rolls back the move in progress, if there is one, and refuses further moves. Does not wait. */
  void cancel() {
    closed = true;
  }

  /** As {@link #cancel}, and waits for the roll-back for a bounded time. */
  @Override
  public void close() {
    cancel();
    try {
      if (oneAtATime.tryLock(CLOSE_SECONDS, TimeUnit.SECONDS)) {
        oneAtATime.unlock();
        thread.close();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** One move. */
  private final class SingleMove {
    private final DownloadRoot root;
    private final HeldFolder source;
    private final String name;
    private final HeldFolder target;
    private final String newName;
    private final Path oldPath;
    private final Path newPath;
    private final String temporary = TEMPORARY + RandomId.draw();
    private final TreeCopy tree = new TreeCopy(CrossDeviceMove.this::requireRunning);

    SingleMove(
        DownloadRoot root, HeldFolder source, String name, HeldFolder target, String newName) {
      this.root = root;
      this.source = source;
      this.name = name;
      this.target = target;
      this.newName = newName;
      this.oldPath = NameCodec.resolve(source.path(), name);
      this.newPath = NameCodec.resolve(target.path(), newName);
    }

    void run(Runnable whenDone) throws IOException, OperationFailure {
      try (ActiveMoves.Move move = renames.exclusively(root, this::begin)) {
        move.requireSameFolder(source);
        move.requireSameFolder(target);
        sillyRenames.retry(this::hasNoWriter);
        requireReplaceable();
        TreeCopy.requireWritable(source);
        tree.check(source, name, target.attributes(".").fileKey(), 1);
        boolean done = false;
        try {
          tree.copy(source, name, target, temporary);
          sillyRenames.retry(last -> renames.exclusively(root, () -> swap(whenDone)));
          done = true;
        } finally {
          if (!done) {
            discardCopy();
          }
        }
        deleteOld();
      }
    }

    private ActiveMoves.Move begin() throws OperationFailure {
      moves.requireNoMoveWithin(oldPath);
      moves.requireNoMoveWithin(newPath);
      return moves.begin(oldPath, newPath);
    }

    /** Whether no request that began before the move can still write to the tree. */
    private boolean hasNoWriter(boolean last) throws OperationFailure {
      if (last && open.hasWriter(oldPath)) {
        throw new OperationFailure(
            FailureCode.EBUSY, "It is being written; move it when that has ended.");
      }
      return !open.hasWriter(oldPath);
    }

    /** Refuses the targets that a rename would refuse, before anything is copied. */
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
      if (!sillyRenames.closeUnused(newPath)) {
        return false;
      }
      try {
        target.move(temporary, target, newName);
      } catch (IOException e) {
        throw FileErrors.of(e);
      }
      open.evict(oldPath);
      open.evict(newPath);
      whenDone.run();
      return true;
    }

    private void discardCopy() {
      try {
        FolderService.deleteTree(target, temporary, 1);
      } catch (NoSuchFileException e) {
        // The copy had not been created yet.
      } catch (IOException | DirectoryIteratorException | OperationFailure e) {
        LOG.warn("The incomplete copy of a failed move could not be deleted.");
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
      if (!sillyRenames.closeUnused(oldPath)) {
        return false;
      }
      try {
        if (tree.remove(source, name)) {
          return true;
        }
      } catch (NoSuchFileException e) {
        return true; // already deleted by another program
      } catch (DirectoryNotEmptyException e) {
        // A file was added to the folder meanwhile, or a silly rename left one there.
      } catch (IOException e) {
        throw FileErrors.of(e);
      }
      if (last || !SillyRenames.keepNames(oldPath)) {
        throw new OperationFailure(
            FailureCode.ENOTEMPTY, "Something in it was changed or added during the move.");
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
