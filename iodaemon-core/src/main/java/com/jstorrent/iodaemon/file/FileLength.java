package com.jstorrent.iodaemon.file;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * What all who change one file have to know of each other, however often and by whatever name it is
 * open: which changes are under way, and how far they have come. Thread-safe.
 */
final class FileLength {
  private final Object key;
  private int users; // changed by the registry, one thread at a time
  private final ReadWriteLock lock = new ReentrantReadWriteLock();
  private final Map<Object, Long> ends = new HashMap<>(); // of changes under way; guarded by itself
  private long floor; // what finished changes have reached; guarded by ends

  private FileLength(Object key) {
    this.key = key;
  }

  /** Those of all files that are open, by what the file system knows a file by. Thread-safe. */
  static final class Registry {
    private final ConcurrentMap<Object, FileLength> lengths = new ConcurrentHashMap<>();

    /** The one for this file; {@link #leave} it when the file is closed. */
    FileLength join(Object key) {
      return lengths.compute(
          key,
          (same, known) -> {
            FileLength length = known == null ? new FileLength(key) : known;
            length.users++;
            return length;
          });
    }

    void leave(FileLength length) {
      lengths.computeIfPresent(
          length.key,
          (same, known) -> {
            known.users--;
            return known.users == 0 ? null : known;
          });
    }
  }

  /** What the file system knows the file by, or where it is. */
  Object key() {
    return key;
  }

  /** Held by positional writes, which go on side by side. */
  Lock beside() {
    return lock.readLock();
  }

  /** Held by whoever looks at the file and then changes it. */
  Lock alone() {
    return lock.writeLock();
  }

  /** A change begins. */
  void begin(Object change, FileChannel channel) throws IOException {
    synchronized (ends) {
      if (ends.isEmpty()) {
        floor = channel.size();
      }
      ends.put(change, 0L);
    }
  }

  /** A change has written up to here. */
  void reach(Object change, long end) {
    synchronized (ends) {
      ends.merge(change, end, Math::max);
    }
  }

  /** What a change has written stays. */
  void done(Object change) {
    synchronized (ends) {
      Long end = ends.remove(change);
      if (end != null) {
        floor = Math.max(floor, end);
      }
    }
  }

  /** A change has failed: what it alone has appended is cut off. */
  void takeBack(Object change, FileChannel channel) throws IOException {
    alone().lock();
    try {
      synchronized (ends) {
        Long end = ends.remove(change);
        if (end == null) {
          return;
        }
        long keep = floor;
        for (long other : ends.values()) {
          keep = Math.max(keep, other);
        }
        long size = channel.size();
        if (size > keep && size <= end) {
          channel.truncate(keep);
        }
      }
    } finally {
      alone().unlock();
    }
  }

  /** The file has been given this length. */
  void changed(long size) {
    synchronized (ends) {
      floor = size;
    }
  }

  /** The file has been made at least so long. */
  void extended(long size) {
    synchronized (ends) {
      floor = Math.max(floor, size);
    }
  }
}
