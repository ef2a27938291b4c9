package com.jstorrent.iodaemon.file;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The open files, and how many requests use each. Beyond the capacity the least recently used file
 * is evicted, but never one in use. Evicting closes a file, at once or when its last user releases
 * it. Thread-safe; the lock is not held while a file is closed.
 */
final class OpenFileTable implements AutoCloseable {

  /** The location by which a client named a file, and whether it was opened for writing. */
  record Key(Path root, SafePath path, boolean writable) {
    static Key of(FileLocation location, boolean writable) {
      return new Key(location.root().path(), location.path(), writable);
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Key key
          && writable == key.writable
          && path.equals(key.path)
          && root.equals(key.root);
    }

    // Written out: a record's generated methods are linked at first use, which delays the start.
    @Override
    public int hashCode() {
      return 31 * path.hashCode() + (writable ? 1 : 0);
    }
  }

  /** An open file. */
  static final class Entry {
    private final SharedFile file;
    private Path real; // its last known path; guarded by the lock
    private int users; // guarded by the lock
    private int writers; // of the users; guarded by the lock
    private boolean evicted; // guarded by the lock; the last user closes it

    private Entry(SharedFile file) {
      this.file = file;
      this.real = file.real();
    }

    SharedFile file() {
      return file;
    }

    private void acquire(boolean writes) {
      users++;
      writers += writes ? 1 : 0;
    }
  }

  private final int capacity;
  private final Consumer<SharedFile> onClose;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition released = lock.newCondition();
  private final Map<Key, Entry> entries = new LinkedHashMap<>(16, 0.75f, true); // guarded by lock
  private final Set<Entry> evictedInUse = new HashSet<>(); // evicted, but in use; guarded by lock
  private long releases; // guarded by the lock
  private boolean closed; // guarded by the lock

  /**
   * @param capacity how many files stay open while unused
   * @param onClose closes an evicted file
   */
  OpenFileTable(int capacity, Consumer<SharedFile> onClose) {
    this.capacity = capacity;
    this.onClose = onClose;
  }

  /**
   * The file that is open under this key, with its number of users incremented; null if there is
   * none.
   */
  @Nullable
  Entry acquire(Key key, boolean writes) {
    lock.lock();
    try {
      Entry entry = entries.get(key);
      if (entry != null) {
        entry.acquire(writes);
      }
      return entry;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Adds a file that was just opened and acquires it. If another thread has added one under the
   * same key meanwhile, closes this one and acquires the other.
   */
  Entry add(Key key, SharedFile file, boolean writes) {
    List<SharedFile> toClose = new ArrayList<>();
    Entry entry;
    lock.lock();
    try {
      Entry other = entries.get(key);
      entry = other == null ? new Entry(file) : other;
      entry.acquire(writes);
      if (other != null) {
        toClose.add(file);
      } else if (closed) {
        entry.evicted = true;
        evictedInUse.add(entry);
      } else {
        entries.put(key, entry);
        shrink(toClose);
      }
    } finally {
      lock.unlock();
    }
    toClose.forEach(onClose);
    return entry;
  }

  /** Ends a use. */
  void release(Entry entry, boolean writes) {
    List<SharedFile> toClose = new ArrayList<>(0);
    lock.lock();
    try {
      entry.users--;
      entry.writers -= writes ? 1 : 0;
      if (entry.users == 0 && entry.evicted) {
        evictedInUse.remove(entry);
        toClose.add(entry.file);
      } else {
        shrink(toClose);
      }
      releases++;
      released.signalAll();
    } finally {
      lock.unlock();
    }
    toClose.forEach(onClose);
  }

  /** Collects files to evict. Called with the lock held; the caller closes them after unlocking. */
  private void shrink(List<SharedFile> toClose) {
    Iterator<Entry> oldest = entries.values().iterator();
    while (entries.size() > capacity && oldest.hasNext()) {
      Entry entry = oldest.next();
      if (entry.users == 0) {
        oldest.remove();
        drop(entry, toClose);
      }
    }
  }

  private void drop(Entry entry, List<SharedFile> toClose) {
    entry.evicted = true;
    if (entry.users == 0) {
      toClose.add(entry.file);
    } else {
      evictedInUse.add(entry);
    }
  }

  /** Evicts a file. Its present users go on with it, but no further request gets it. */
  void evict(Entry entry) {
    evictIf(each -> each == entry);
  }

  /** Evicts, and so closes, all files that are not in use. */
  void evictIdle() {
    evictIf(entry -> entry.users == 0);
  }

  /** Evicts the file with this real path, or all files in that folder. */
  void evict(Path real) {
    evictIf(entry -> entry.real.startsWith(real));
  }

  private void evictIf(Predicate<Entry> which) {
    List<SharedFile> toClose = new ArrayList<>();
    lock.lock();
    try {
      Iterator<Entry> all = entries.values().iterator();
      while (all.hasNext()) {
        Entry each = all.next();
        if (which.test(each)) {
          all.remove();
          drop(each, toClose);
        }
      }
    } finally {
      lock.unlock();
    }
    toClose.forEach(onClose);
  }

  /**
   * Updates the paths of evicted files that are still in use, because they or their folder were
   * renamed.
   */
  void moved(Path from, Path to) {
    lock.lock();
    try {
      for (Entry entry : evictedInUse) {
        if (entry.real.startsWith(from)) {
          entry.real = to.resolve(from.relativize(entry.real));
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /** Whether a request uses the file with this path, or one in that folder. */
  boolean isInUse(Path real) {
    return has(real, entry -> entry.users > 0);
  }

  /** Whether a request has the file with this path, or one in that folder, open for writing. */
  boolean hasWriter(Path real) {
    return has(real, entry -> entry.writers > 0);
  }

  private boolean has(Path real, Predicate<Entry> what) {
    lock.lock();
    try {
      for (Entry entry : entries.values()) {
        if (what.test(entry) && entry.real.startsWith(real)) {
          return true;
        }
      }
      return evictedInUse.stream()
          .anyMatch(
              entry -> what.test(entry) && entry.real.startsWith(real));
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until any use ends, for {@code nanos} at most. An interrupt ends the wait too.
   *
   * @return the nanoseconds that are left
   */
  long awaitRelease(long nanos) {
    lock.lock();
    try {
      long next = releases + 1;
      long left = nanos;
      while (left > 0 && releases < next) {
        left = released.awaitNanos(left);
      }
      return Math.max(left, 0);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return 0;
    } finally {
      lock.unlock();
    }
  }

  /** Evicts all files: those in use are closed when their last user releases them. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
    } finally {
      lock.unlock();
    }
    evictIf(entry -> true);
  }
}
