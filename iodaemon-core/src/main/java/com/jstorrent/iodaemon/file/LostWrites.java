package com.jstorrent.iodaemon.file;

import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Remembers files for which closing reported lost writes. A network file system may report them at
 * close only, and only once; remembering them lets the next flush of the file fail. Thread-safe.
 */
final class LostWrites {
  /** How many files are remembered. Beyond that the oldest is dropped. */
  private static final int CAPACITY = 4096;

  private final Set<Object> keys = new LinkedHashSet<>(); // guarded by this

  /**
   * @param key as {@link FileLength#key}
   */
  synchronized void add(Object key) {
    keys.add(key);
    if (keys.size() > CAPACITY) {
      Iterator<Object> oldest = keys.iterator();
      oldest.next();
      oldest.remove();
    }
  }

  /** Whether writes to the file were lost; forgets it. */
  synchronized boolean take(Object key) {
    return keys.remove(key);
  }
}
