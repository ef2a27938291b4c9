package com.jstorrent.iodaemon.file;

import java.nio.file.Path;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.stream.Stream;

/**
 * Keeps folders from being deleted by one thread while another one enters them. The JDK enters a folder
 * in two steps, openat and fdopendir. On NFS and on file systems in user space the second one fails for
 * a folder that has just been deleted, and then the JDK (21 to 25, UnixSecureDirectoryStream) closes the
 * descriptor of the first one twice: by then the number may belong to a file of another thread. Folders
 * that other programs delete cannot be kept; they are seldom those that a client uses.
 *
 * <p>Many may enter at once. A root has one lock, which it may share with another one; so a file system
 * that hangs holds up that root and, seldom, one more.
 */
final class EntryLock {
  private static final int LOCKS = 64;

  private static final ReadWriteLock[] BY_ROOT =
      Stream.generate(ReentrantReadWriteLock::new).limit(LOCKS).toArray(ReadWriteLock[]::new);

  private EntryLock() {}

  /** The lock for what is in this root: read to enter a folder, written to take one away. */
  static ReadWriteLock of(Path root) {
    return BY_ROOT[Math.floorMod(root.hashCode(), LOCKS)];
  }
}
