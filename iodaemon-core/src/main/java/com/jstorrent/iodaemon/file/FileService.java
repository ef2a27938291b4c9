package com.jstorrent.iodaemon.file;

import com.jstorrent.iodaemon.failure.FailureCode;
import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.file.OpenFiles.Access;
import com.jstorrent.iodaemon.stats.live.Stats;
import com.jstorrent.iodaemon.transport.BufferPool;
import com.jstorrent.iodaemon.work.WorkerPool.Priority;
import com.jstorrent.iodaemon.work.WorkerPool;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * Reads and writes files under the download roots (PROTOCOL.md § 5.1 and § 5.2). Thread-safe.
 * Methods block until the disk has answered; unless they say otherwise, the work is done by {@link
 * WorkerPool}.
 */
public final class FileService implements AutoCloseable {
  private static final int MIN_THREADS = 4;
  private static final int MAX_THREADS = 16;
  private static final int RESERVE_BYTES = 256 << 10;

  /** How many jobs the pool runs at once. */
  public static final int THREADS =
      Math.clamp(2L * Runtime.getRuntime().availableProcessors(), MIN_THREADS, MAX_THREADS);

  private final WorkerPool pool;
  private final DownloadRoots roots;
  private final Stats stats;
  private final BufferPool reserveBuffers = new BufferPool(RESERVE_BYTES, THREADS);
  private final RenameGuard renames = new RenameGuard();
  private final OpenFiles open;
  private final FolderService folders;

  /**
   * @param openFiles how many unused files are kept open
   */
  public FileService(DownloadRoots roots, int openFiles, Stats stats) {
    this(roots, openFiles, stats, System::nanoTime);
  }

  /**
   * @param nanoTime the clock for the time limits of disks, and for how long jobs take
   */
  public FileService(
      DownloadRoots roots, int openFiles, Stats stats, LongSupplier nanoTime) {
    this.roots = roots;
    this.stats = stats;
    this.pool = new WorkerPool("file", THREADS, nanoTime, new FileJobTimes(stats));
    this.open = new OpenFiles(openFiles, renames, stats);
    this.folders = new FolderService(roots, pool, open, nanoTime);
  }

  /** A check of bytes before they are written. It runs on a thread that may compute digests. */
  @FunctionalInterface
  public interface Check {
    Check NONE = () -> {};

    /**
     * @throws OperationFailure when the bytes must not be written
     */
    void run() throws OperationFailure;
  }

  /** The operations on folders, and on files as a whole. */
  public FolderService folders() {
    return folders;
  }

  /** The pool for jobs that read files themselves. */
  public WorkerPool pool() {
    return pool;
  }

  /**
   * The location of a file or folder. Does not access the disk.
   *
   * @throws OperationFailure EROOT when there is no such root
   */
  public FileLocation location(String rootKey, SafePath path) throws OperationFailure {
    return new FileLocation(roots.require(rootKey), path);
  }

  /**
   * The location of a file. Does not access the disk.
   *
   * @throws OperationFailure EROOT when there is no such root, EINVAL when the path is empty
   */
  public FileLocation fileLocation(String rootKey, SafePath path) throws OperationFailure {
    FileLocation location = location(rootKey, path);
    if (path.isRoot()) {
      throw new OperationFailure(FailureCode.EINVAL, "The path of a file is missing.");
    }
    return location;
  }

  /**
   * Opens an existing file.
   *
   * @throws OperationFailure EINVAL, ENOENT, EACCES or EISDIR
   */
  public OpenFile openForReading(LocatedFile located) throws OperationFailure {
    return pool.call(Priority.URGENT, () -> openNow(located, Access.READ));
  }

  /**
   * Opens a file for writing.
   *
   * @param create whether to create the file and its folders if they do not exist
   * @throws OperationFailure EINVAL, EACCES, EISDIR, ENOTDIR, ENOENT or ENOSPC
   */
  public OpenFile openForWriting(LocatedFile located, boolean create) throws OperationFailure {
    return pool.call(Priority.BULK, () -> openNow(located, access(create)));
  }

  /**
   * As {@link #openForReading}, but on the caller's thread, which must be allowed to block on a
   * disk.
   *
   * @throws OperationFailure as there
   */
  public OpenFile openNow(LocatedFile located) throws OperationFailure {
    return openNow(located, Access.READ);
  }

  private OpenFile openNow(LocatedFile located, Access access) throws OperationFailure {
    return new OpenFile(open.use(located, access), pool, stats);
  }

  private static Access access(boolean create) {
    return create ? Access.CREATE : Access.WRITE;
  }

  /**
   * Checks bytes, opens the file and writes them at a position, in one job. Nothing is changed when
   * the check fails.
   *
   * @param bytes in order; consumed
   * @throws OperationFailure as {@link #openForWriting} and {@link OpenFile#write}, or from the
   *     check
   */
  public void write(
      LocatedFile located, boolean create, Check check, List<ByteBuffer> bytes, long position)
      throws OperationFailure {
    pool.call(Priority.BULK, () -> writeNow(located, create, check, bytes, position));
  }

  /**
   * Writes one buffer without a check.
   *
   * @throws OperationFailure as there
   */
  public void write(LocatedFile located, boolean create, ByteBuffer bytes, long position)
      throws OperationFailure {
    write(located, create, Check.NONE, List.of(bytes), position);
  }

  /**
   * As {@link #write}, but does not wait. The buffers belong to the job until it is done.
   *
   * @throws OperationFailure EBUSY when too much is waiting
   */
  public WorkerPool.Pending<Long> beginWrite(
      LocatedFile located, boolean create, Check check, List<ByteBuffer> bytes, long position)
      throws OperationFailure {
    return pool.begin(Priority.BULK, () -> writeNow(located, create, check, bytes, position));
  }

  private long writeNow(
      LocatedFile located, boolean create, Check check, List<ByteBuffer> bytes, long position)
      throws OperationFailure {
    check.run();
    try (OpenFile file = openNow(located, access(create))) {
      return file.writeNow(bytes, position);
    }
  }

  private interface Change {
    void to(SharedFile file) throws IOException;
  }

  private void change(LocatedFile located, Change change) throws OperationFailure {
    pool.call(
        Priority.BULK,
        () -> {
          try (OpenFiles.Use use = open.use(located, Access.WRITE)) {
            change.to(use.file());
            return null;
          } catch (IOException e) {
            throw FileErrors.of(e);
          }
        });
  }

  /**
   * Brings everything that was written to the file, and its name, to the disk (fsync).
   *
   * @throws OperationFailure when the disk fails
   */
  public void flush(LocatedFile located) throws OperationFailure {
    pool.call(
        Priority.BULK,
        () -> {
          try (OpenFiles.Use use = open.use(located, Access.WRITE)) {
            open.force(use);
          } catch (IOException e) {
            throw FileErrors.of(e);
          }
          return renames.find(located, FileService::forceName);
        });
  }

  private static boolean forceName(FileLocation location) throws OperationFailure {
    return FolderWalk.to(location)
        .then(
            (folder, name) -> {
              if (folder.attributes(name).isSymbolicLink()) {
                throw new FolderWalk.LinkException();
              }
              folder.force();
              return true;
            });
  }

  /**
   * Sets the length of an existing file.
   *
   * @throws OperationFailure ENOENT, EACCES, EISDIR or ENOSPC
   */
  public void truncate(LocatedFile located, long length) throws OperationFailure {
    change(located, file -> file.setLength(length));
  }

  /**
   * Extends an existing file to at least this length, as a sparse file. A longer one is left alone.
   *
   * @throws OperationFailure as {@link #truncate}
   */
  public void extend(LocatedFile located, long length) throws OperationFailure {
    change(located, file -> file.extend(length));
  }

  /**
   * Allocates disk space for the first bytes of an existing file without changing its content. It
   * is one job per 256 KiB, so that other jobs can run in between.
   *
   * @param length in bytes
   * @param cancelled asked between two jobs
   * @return false when it was cancelled
   * @throws OperationFailure ENOSPC when there is not enough space; the file then has its former
   *     length, unless another request has extended it meanwhile
   */
  public boolean reserve(LocatedFile located, long length, BooleanSupplier cancelled)
      throws OperationFailure {
    try (OpenFile file = openForWriting(located, false)) {
      for (long position = 0; position < length; position += RESERVE_BYTES) {
        if (cancelled.getAsBoolean()) {
          return false;
        }
        long from = position;
        int bytes = (int) Math.min(RESERVE_BYTES, length - position);
        pool.call(
            Priority.BULK,
            () -> {
              ByteBuffer buffer = reserveBuffers.take(); // taken by the job, because more requests wait than jobs run
              try {
                file.reserveNow(buffer.clear().limit(bytes), from);
              } finally {
                reserveBuffers.give(buffer);
              }
              return null;
            });
      }
    }
    return true;
  }

  /** Cancels and rolls back moves to another disk, because the daemon is closing. Does not wait. */
  public void cancel() {
    folders.cancel();
  }

  @Override
  public void close() {
    folders.close();
    pool.close();
    open.close();
  }
}
