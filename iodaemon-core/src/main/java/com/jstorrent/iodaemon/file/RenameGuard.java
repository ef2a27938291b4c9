package com.jstorrent.iodaemon.file;

import com.jstorrent.iodaemon.failure.OperationFailure;
import java.nio.file.Path;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.locks.StampedLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Keeps what looks for a file by its name from failing because the file, or a folder above it, is
 * being renamed at that moment. Nothing waits unless a rename is under way: a search that had one
 * beside it is done once more. Thread-safe.
 */
final class RenameGuard {
  private final ConcurrentMap<Path, StampedLock> locks = new ConcurrentHashMap<>(); // by root

  /** Looks for something by its name. */
  @FunctionalInterface
  interface Search<T extends @Nullable Object> {
    T at(FilePlace place) throws OperationFailure;
  }

  /** What must not happen beside a search. */
  @FunctionalInterface
  interface Rename<T> {
    T run() throws OperationFailure;
  }

  private StampedLock of(DownloadRoot root) {
    StampedLock known = locks.get(root.path());
    return known != null ? known : locks.computeIfAbsent(root.path(), path -> new StampedLock());
  }

  /**
   * Looks for a file where it is now.
   *
   * @param discard gets what was found at a name that may have been given away meanwhile
   * @throws OperationFailure from the search
   */
  <T extends @Nullable Object> T find(
      LocatedFile file, Search<T> search, Consumer<T> discard) throws OperationFailure {
    StampedLock lock = of(file.place().root());
    long stamp = lock.tryOptimisticRead();
    if (stamp != 0) {
      try {
        T found = search.at(file.place());
        if (lock.validate(stamp)) {
          return found;
        }
        discard.accept(found);
      } catch (OperationFailure e) {
        if (lock.validate(stamp)) {
          throw e;
        }
      }
    }
    stamp = lock.readLock();
    try {
      return search.at(file.place());
    } finally {
      lock.unlockRead(stamp);
    }
  }

  /** The same for what holds nothing that would have to be closed. */
  <T extends @Nullable Object> T find(LocatedFile file, Search<T> search)
      throws OperationFailure {
    return find(file, search, found -> {});
  }

  /**
   * Renames something below a root; whatever looks for a file there waits.
   *
   * @throws OperationFailure from the rename
   */
  <T> T alone(DownloadRoot root, Rename<T> rename) throws OperationFailure {
    StampedLock lock = of(root);
    long stamp = lock.writeLock();
    try {
      return rename.run();
    } finally {
      lock.unlockWrite(stamp);
    }
  }
}
