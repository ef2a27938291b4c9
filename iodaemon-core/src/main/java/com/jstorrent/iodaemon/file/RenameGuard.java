package com.jstorrent.iodaemon.file;

import com.jstorrent.iodaemon.config.DownloadRoot;
import com.jstorrent.iodaemon.failure.OperationFailure;
import java.nio.file.Path;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.locks.StampedLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a look-up by name from failing, or finding the wrong file, because the file or a folder
 * above it is being renamed at that moment.
 *
 * <p>Renames below a root take a write lock. Look-ups read optimistically ({@link StampedLock}): they
 * run without a lock, and if a rename was in progress meanwhile, the result is discarded and the
 * look-up is repeated under a read lock. So look-ups cost nothing while nothing is renamed. A look-up
 * that may create what it does not find takes the read lock at once, because what it creates could not
 * be discarded. Each attempt asks for the location again, so a {@link FileHandle} is found under its
 * new name. Thread-safe.
 */
final class RenameGuard {
  private final ConcurrentMap<Path, StampedLock> locks = new ConcurrentHashMap<>(); // by root

  /** A look-up by name. */
  @FunctionalInterface
  interface Search<T extends @Nullable Object> {
    T at(FileLocation location) throws OperationFailure;
  }

  /** An operation that excludes look-ups. */
  @FunctionalInterface
  interface Rename<T> {
    T run() throws OperationFailure;
  }

  private StampedLock of(DownloadRoot root) {
    StampedLock known = locks.get(root.path());
    return known != null ? known : locks.computeIfAbsent(root.path(), path -> new StampedLock());
  }

  /**
   * Looks a file up at its current location.
   *
   * @param discard releases a result that is discarded because of a rename
   * @throws OperationFailure from the search
   */
  <T extends @Nullable Object> T find(
      LocatedFile file, Search<T> search, Consumer<T> discard) throws OperationFailure {
    StampedLock lock = of(file.location().root());
    long stamp = lock.tryOptimisticRead();
    if (stamp != 0) {
      try {
        T found = search.at(file.location());
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
    return findOrCreate(file, search);
  }

  /**
   * Looks a file up at its current location; the search may create it, or folders above it.
   *
   * @throws OperationFailure from the search
   */
  <T extends @Nullable Object> T findOrCreate(LocatedFile file, Search<T> search)
      throws OperationFailure {
    StampedLock lock = of(file.location().root());
    long stamp = lock.readLock();
    try {
      return search.at(file.location());
    } finally {
      lock.unlockRead(stamp);
    }
  }

  /** As {@link #find(LocatedFile, Search, Consumer)}, for results that need not be released. */
  <T extends @Nullable Object> T find(LocatedFile file, Search<T> search)
      throws OperationFailure {
    return find(file, search, found -> {});
  }

  /**
   * Runs a rename while look-ups below the root wait.
   *
   * @throws OperationFailure from the rename
   */
  <T> T exclusively(DownloadRoot root, Rename<T> rename) throws OperationFailure {
    StampedLock lock = of(root);
    long stamp = lock.writeLock();
    try {
      return rename.run();
    } finally {
      lock.unlockWrite(stamp);
    }
  }
}
