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
 * Which files are open, and how many requests use each. Only so many stay open when nothing uses
 * them; the one that was used the longest ago goes first, one in use never. Thread-safe; the lock is
 * never held while a file is closed.
 */
final class OpenFileTable implements AutoCloseable {

  /** What a client has named a file by, and for what it was opened. */
  record Key(Path root, SafePath path, boolean writable) {
    static Key of(FilePlace place, boolean writable) {
      return new Key(place.root().path(), place.path(), writable);
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Key key
          && writable == key.writable
          && path.equals(key.path)
          && root.equals(key.root);
    }

    // What a record has by itself the JVM would put together before the first file is opened.
    @Override
    public int hashCode() {
      return 31 * path.hashCode() + (writable ? 1 : 0);
    }
  }

  /** An open file. */
  static final class Entry {
    private final SharedFile file;
    private Path real; // where it is as far as the daemon knows; guarded by the lock
    private int users; // guarded by the lock
    private int writers; // of the users; guarded by the lock
    private boolean forgotten; // guarded by the lock; the last user closes it

    private Entry(SharedFile file) {
      this.file = file;
      this.real = file.real();
    }

    SharedFile file() {
      return file;
    }

    private void join(boolean writes) {
      users++;
      writers += writes ? 1 : 0;
    }
  }

  private final int capacity;
  private final Consumer<SharedFile> onClose;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition released = lock.newCondition();
  private final Map<Key, Entry> entries = new LinkedHashMap<>(16, 0.75f, true); // by lock
  private final Set<Entry> lingering = new HashSet<>(); // forgotten, but in use; guarded by lock
  private long releases; // guarded by the lock
  private boolean closed; // guarded by the lock

  /**
   * @param capacity how many may be open
   * @param onClose closes a file
   */
  OpenFileTable(int capacity, Consumer<SharedFile> onClose) {
    this.capacity = capacity;
    this.onClose = onClose;
  }

  /** The file that is open by this name, with one user more. */
  @Nullable
  Entry join(Key key, boolean writes) {
    lock.lock();
    try {
      Entry entry = entries.get(key);
      if (entry != null) {
        entry.join(writes);
      }
      return entry;
    } finally {
      lock.unlock();
    }
  }

  /** Takes a file that was just opened, with its first user, unless another thread was faster. */
  Entry add(Key key, SharedFile file, boolean writes) {
    List<SharedFile> over = new ArrayList<>();
    Entry entry;
    lock.lock();
    try {
      Entry other = entries.get(key);
      entry = other == null ? new Entry(file) : other;
      entry.join(writes);
      if (other != null) {
        over.add(file);
      } else if (closed) {
        entry.forgotten = true;
        lingering.add(entry);
      } else {
        entries.put(key, entry);
        shrink(over);
      }
    } finally {
      lock.unlock();
    }
    over.forEach(onClose);
    return entry;
  }

  /** A use is over. */
  void leave(Entry entry, boolean writes) {
    List<SharedFile> over = new ArrayList<>(0);
    lock.lock();
    try {
      entry.users--;
      entry.writers -= writes ? 1 : 0;
      if (entry.users == 0 && entry.forgotten) {
        lingering.remove(entry);
        over.add(entry.file);
      } else {
        shrink(over);
      }
      releases++;
      released.signalAll();
    } finally {
      lock.unlock();
    }
    over.forEach(onClose);
  }

  /** Under the lock; the files are closed without it. */
  private void shrink(List<SharedFile> over) {
    Iterator<Entry> oldest = entries.values().iterator();
    while (entries.size() > capacity && oldest.hasNext()) {
      Entry entry = oldest.next();
      if (entry.users == 0) {
        oldest.remove();
        drop(entry, over);
      }
    }
  }

  private void drop(Entry entry, List<SharedFile> over) {
    entry.forgotten = true;
    if (entry.users == 0) {
      over.add(entry.file);
    } else {
      lingering.add(entry);
    }
  }

  /** Users go on; nothing else gets the same file. */
  void forget(Entry entry) {
    forgetIf(each -> each == entry);
  }

  /** Closes what nothing uses. */
  void forgetIdle() {
    forgetIf(entry -> entry.users == 0);
  }

  /** The same for one place, or everything in a folder; {@code real} has no links. */
  void forget(Path real) {
    forgetIf(entry -> entry.real.startsWith(real));
  }

  private void forgetIf(Predicate<Entry> which) {
    List<SharedFile> over = new ArrayList<>();
    lock.lock();
    try {
      Iterator<Entry> all = entries.values().iterator();
      while (all.hasNext()) {
        Entry each = all.next();
        if (which.test(each)) {
          all.remove();
          drop(each, over);
        }
      }
    } finally {
      lock.unlock();
    }
    over.forEach(onClose);
  }

  /** A file or folder has another name now: what is open of it is forgotten, but still known to be there. */
  void moved(Path from, Path to) {
    lock.lock();
    try {
      for (Entry entry : lingering) {
        if (entry.real.startsWith(from)) {
          entry.real = to.resolve(from.relativize(entry.real));
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /** Whether anything uses the file with this path, or one in this folder. */
  boolean isUsed(Path real) {
    return has(real, entry -> entry.users > 0);
  }

  /** Whether anything may change it. */
  boolean isWritten(Path real) {
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
      return lingering.stream()
          .anyMatch(
              entry -> what.test(entry) && entry.real.startsWith(real));
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until some use ends, at most for so long; an interrupt ends the wait too.
   *
   * @return how much of the time is left
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

  /** Closes what nothing uses, and the rest when its last user leaves. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
    } finally {
      lock.unlock();
    }
    forgetIf(entry -> true);
  }
}
