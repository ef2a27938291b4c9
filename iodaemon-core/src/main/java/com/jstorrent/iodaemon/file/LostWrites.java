package com.jstorrent.iodaemon.file;

import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Files whose bytes did not reach the disk when they were closed: a disk across the network tells so
 * only then, and only once. So that it is not forgotten, the next flush of the file fails. Thread-safe.
 */
final class LostWrites {
  /** Files; past it the one that has waited the longest is forgotten. */
  private static final int MOST = 4096;

  private final Set<Object> keys = new LinkedHashSet<>(); // guarded by this

  /**
   * @param key what the file system knows the file by
   */
  synchronized void add(Object key) {
    keys.add(key);
    if (keys.size() > MOST) {
      Iterator<Object> oldest = keys.iterator();
      oldest.next();
      oldest.remove();
    }
  }

  /** Whether some were lost; asking again is answered with false. */
  synchronized boolean take(Object key) {
    return keys.remove(key);
  }
}
