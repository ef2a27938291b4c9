package com.jstorrent.iodaemon.file;

import java.nio.file.Path;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.stream.Stream;

/**
 * Keeps one thread from deleting a folder while another thread opens it, to work around a defect of
 * the JDK.
 *
 * <p>The JDK opens a folder in two steps, openat and fdopendir. On NFS and on file systems in user
 * space fdopendir fails if the folder has just been deleted. The JDK (21 to 25,
 * UnixSecureDirectoryStream) then closes the descriptor from openat twice, and by the second time
 * its number may belong to a file of another thread. So opening a folder takes a read lock, and
 * deleting or replacing one takes the write lock. Folders that other programs delete are not
 * protected; a client seldom uses those.
 *
 * <p>The locks are striped by root: a file system that hangs holds up its own root and, rarely,
 * another one that shares its stripe.
 */
final class EntryLock {
  private static final int LOCKS = 64;

  private static final ReadWriteLock[] BY_ROOT =
      Stream.generate(ReentrantReadWriteLock::new).limit(LOCKS).toArray(ReadWriteLock[]::new);

  private EntryLock() {}

  /** The lock for the folders below this root: read to open one, write to delete or replace one. */
  static ReadWriteLock of(Path root) {
    return BY_ROOT[Math.floorMod(root.hashCode(), LOCKS)];
  }
}
