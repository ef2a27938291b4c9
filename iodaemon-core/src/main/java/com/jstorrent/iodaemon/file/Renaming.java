package com.jstorrent.iodaemon.file;

import com.jstorrent.iodaemon.failure.FailureCode;
import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.work.WorkerPool;
import com.jstorrent.iodaemon.work.WorkerPool.Priority;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;

/** Gives files and folders another name (PROTOCOL.md § 5.1). Thread-safe. */
final class Renaming {
  private final WorkerPool pool;
  private final RenameGuard renames;
  private final OpenFileTable open;
  private final MovesUnderWay moves;
  private final SillyRenames sillyRenames;

  Renaming(WorkerPool pool, OpenFiles files, SillyRenames sillyRenames) {
    this.pool = pool;
    this.renames = files.renames();
    this.open = files.table();
    this.moves = files.moves();
    this.sillyRenames = sillyRenames;
  }

  /**
   * @param whenDone run before anything can look for the file by its new name
   * @throws OperationFailure EXDEV when no rename leads there, and as {@link FolderService#rename} tells
   */
  void rename(FilePlace from, FilePlace to, Runnable whenDone) throws OperationFailure {
    if (from.path().contains(to.path()) && !from.equals(to)) {
      throw intoItself();
    }
    sillyRenames.retry(
        last -> pool.call(
            Priority.BULK,
            () -> renames.alone(
                from.root(),
                () -> {
                  boolean done = walk(from, to);
                  if (done) {
                    whenDone.run();
                  }
                  return done;
                })));
  }

  private boolean walk(FilePlace from, FilePlace to) throws OperationFailure {
    return FolderWalk.toEntry(from, false)
        .then(
            (source, name) -> {
              source.attributes(name); // before folders are made for nothing
              return FolderWalk.toEntry(to, true)
                  .then((target, newName) -> move(source, name, target, newName));
            });
  }

  private boolean move(HeldFolder source, String name, HeldFolder target, String newName)
      throws IOException, OperationFailure {
    Path old = NameCodec.resolve(source.place(), name);
    Path fresh = NameCodec.resolve(target.place(), newName);
    moves.requireFree(old);
    moves.requireFree(fresh);
    if (!old.equals(fresh) && !sillyRenames.release(fresh)) {
      return false;
    }
    open.forget(old); // some systems rename nothing that is open, nor the folder that it is in
    try {
      source.move(name, target, newName);
    } catch (FileSystemException e) {
      if (target.place().startsWith(old)) { // by way of a link
        throw intoItself();
      }
      throw e;
    }
    open.forget(old);
    open.forget(fresh);
    open.moved(old, fresh);
    return true;
  }

  static OperationFailure intoItself() {
    return new OperationFailure(FailureCode.EINVAL, "A folder cannot be moved into itself.");
  }
}
