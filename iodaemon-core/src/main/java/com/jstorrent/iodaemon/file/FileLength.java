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
 * Tracks how far each write in progress has extended a file, so that a failed write can be rolled
 * back without cutting off bytes that others have written.
 *
 * <p>Cutting a file back to the length that it had before the failed write would be wrong: other
 * writes may have appended to it since, and been answered with 200. So this keeps, for each write
 * in progress, the highest offset that it has reached, and in {@code committed} the highest offset
 * that is to stay: the size before the first of these writes, or what finished writes have reached.
 * A failed write truncates the file to the largest of the other offsets, and only if the bytes
 * after that are its own.
 *
 * <p>There is one instance per file, shared by everything that has the file open under whatever
 * name ({@link Registry}). Thread-safe.
 */
final class FileLength {
  private final Object key;
  private int users; // changed inside the registry's atomic operations only
  private final ReadWriteLock lock = new ReentrantReadWriteLock();
  /** The offset that each change in progress has reached; guarded by itself. */
  private final Map<Object, Long> ends = new HashMap<>();
  private long committed; // the length that stays; guarded by ends

  private FileLength(Object key) {
    this.key = key;
  }

  /** The lengths of all open files, by the file system's key of the file. Thread-safe. */
  static final class Registry {
    private final ConcurrentMap<Object, FileLength> lengths = new ConcurrentHashMap<>();

    /** The instance for this file; {@link #release} it when the file is closed. */
    FileLength acquire(Object key) {
      return lengths.compute(
          key,
          (same, known) -> {
            FileLength length = known == null ? new FileLength(key) : known;
            length.users++;
            return length;
          });
    }

    void release(FileLength length) {
      lengths.computeIfPresent(
          length.key,
          (same, known) -> {
            known.users--;
            return known.users == 0 ? null : known;
          });
    }
  }

  /** The file system's key of the file, or its path where there are no keys. */
  Object key() {
    return key;
  }

  /** Held by positional writes, which may run concurrently. */
  Lock shared() {
    return lock.readLock();
  }

  /** Held while the length is read and then changed. */
  Lock exclusive() {
    return lock.writeLock();
  }

  /** Registers a change before its first write. */
  void begin(Object change, FileChannel channel) throws IOException {
    synchronized (ends) {
      if (ends.isEmpty()) {
        committed = channel.size();
      }
      ends.put(change, 0L);
    }
  }

  /** Records that a change has written up to this offset. */
  void reach(Object change, long end) {
    synchronized (ends) {
      ends.merge(change, end, Math::max);
    }
  }

  /** Ends a change that has succeeded: what it has written stays. */
  void commit(Object change) {
    synchronized (ends) {
      Long end = ends.remove(change);
      if (end != null) {
        committed = Math.max(committed, end);
      }
    }
  }

  /** Ends a change that has failed: truncates what only this change has appended. */
  void rollBack(Object change, FileChannel channel) throws IOException {
    exclusive().lock();
    try {
      synchronized (ends) {
        Long end = ends.remove(change);
        if (end == null) {
          return;
        }
        long keep = committed;
        for (long other : ends.values()) {
          keep = Math.max(keep, other);
        }
        long size = channel.size();
        if (size > keep && size <= end) {
          channel.truncate(keep);
        }
      }
    } finally {
      exclusive().unlock();
    }
  }

  /** Records that the length was set to this, which may be shorter than before. */
  void changed(long size) {
    synchronized (ends) {
      committed = size;
    }
  }

  /** Records that the file was extended to at least this length. */
  void extended(long size) {
    synchronized (ends) {
      committed = Math.max(committed, size);
    }
  }
}
