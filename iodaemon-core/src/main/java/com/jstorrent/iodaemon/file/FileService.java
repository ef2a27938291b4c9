package com.jstorrent.iodaemon.file;

import com.jstorrent.iodaemon.failure.FailureCode;
import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.file.OpenFiles.Access;
import com.jstorrent.iodaemon.stats.Stats;
import com.jstorrent.iodaemon.work.WorkerPool;
import com.jstorrent.iodaemon.work.WorkerPool.Priority;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * Reads and writes files under the download roots (PROTOCOL.md § 5.1 and § 5.2). Any thread may call
 * it; the disk is touched by a pool of platform threads, and the caller waits for them.
 */
public final class FileService implements AutoCloseable {
  private static final int MIN_THREADS = 4;
  private static final int MAX_THREADS = 16;
  private static final int RESERVE_BYTES = 256 << 10;

  /** So many jobs are done at once. */
  public static final int THREADS =
      Math.clamp(2L * Runtime.getRuntime().availableProcessors(), MIN_THREADS, MAX_THREADS);

  private final WorkerPool pool = new WorkerPool("file", THREADS);
  private final DownloadRoots roots;
  private final Stats stats;
  private final RenameGuard renames = new RenameGuard();
  private final OpenFiles open;
  private final FolderService folders;

  /**
   * @param openFiles how many files may be open while nobody uses them
   */
  public FileService(DownloadRoots roots, int openFiles, Stats stats) {
    this(roots, openFiles, stats, System::nanoTime);
  }

  /**
   * @param nanoTime of the clock by which a disk is found not to answer
   */
  public FileService(
      DownloadRoots roots, int openFiles, Stats stats, LongSupplier nanoTime) {
    this.roots = roots;
    this.stats = stats;
    this.open = new OpenFiles(openFiles, renames, stats);
    this.folders = new FolderService(roots, pool, open, nanoTime);
  }

  /** What is done with bytes before they are written; it runs where digests may be computed. */
  @FunctionalInterface
  public interface Check {
    Check NONE = () -> {};

    /**
     * @throws OperationFailure when they must not be written
     */
    void run() throws OperationFailure;
  }

  /** Folders, and what is done to files as a whole. */
  public FolderService folders() {
    return folders;
  }

  /** For work that reads files on its own; its jobs may wait for a disk. */
  public WorkerPool pool() {
    return pool;
  }

  /**
   * Names a place; the disk is not touched.
   *
   * @throws OperationFailure EROOT when there is no such root
   */
  public FilePlace place(String rootKey, SafePath path) throws OperationFailure {
    return new FilePlace(roots.require(rootKey), path);
  }

  /**
   * Names the place of a file; the disk is not touched.
   *
   * @throws OperationFailure EROOT when there is no such root, EINVAL when the path is empty
   */
  public FilePlace filePlace(String rootKey, SafePath path) throws OperationFailure {
    FilePlace place = place(rootKey, path);
    if (path.isRoot()) {
      throw new OperationFailure(FailureCode.EINVAL, "The path of a file is missing.");
    }
    return place;
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
   * @param create whether it is made, and its folders, if need be
   * @throws OperationFailure EINVAL, EACCES, EISDIR, ENOTDIR, ENOENT or ENOSPC
   */
  public OpenFile openForWriting(LocatedFile located, boolean create) throws OperationFailure {
    return pool.call(Priority.BULK, () -> openNow(located, access(create)));
  }

  /**
   * As {@link #openForReading} on the caller's thread, which must be one that may wait for a disk.
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
   * Checks bytes and then writes them at a position, in one job: {@link #openForWriting} and {@link
   * OpenFile#write}. Nothing is touched when the check fails.
   *
   * @param bytes in order; consumed
   * @throws OperationFailure as these, or from the check
   */
  public void write(
      LocatedFile located, boolean create, Check check, List<ByteBuffer> bytes, long position)
      throws OperationFailure {
    pool.call(Priority.BULK, () -> writeNow(located, create, check, bytes, position));
  }

  /**
   * The same for bytes that need no check and lie in one buffer.
   *
   * @throws OperationFailure as there
   */
  public void write(LocatedFile located, boolean create, ByteBuffer bytes, long position)
      throws OperationFailure {
    write(located, create, Check.NONE, List.of(bytes), position);
  }

  /**
   * As {@link #write}, but does not wait: the buffers belong to the job until that is done.
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
   * Returns when everything that was written to the file, and its name, are on the disk (fsync).
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

  private static boolean forceName(FilePlace place) throws OperationFailure {
    return FolderWalk.to(place)
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
   * Makes an existing file at least so long; what it gains takes no room on the disk yet.
   *
   * @throws OperationFailure as {@link #truncate}
   */
  public void extend(LocatedFile located, long length) throws OperationFailure {
    change(located, file -> file.extend(length));
  }

  /**
   * Gives an existing file room on the disk for so many bytes, without changing what is in it. One
   * job for each 256 KiB, so that others get their turn between two.
   *
   * @param cancelled asked between two jobs
   * @return false when it was cancelled
   * @throws OperationFailure ENOSPC when there is not so much room; the file then has its former
   *     length, unless somebody else has made it longer meanwhile
   */
  public boolean reserve(LocatedFile located, long length, BooleanSupplier cancelled)
      throws OperationFailure {
    ByteBuffer buffer = ByteBuffer.allocateDirect(RESERVE_BYTES);
    try (OpenFile file = openForWriting(located, false)) {
      for (long position = 0; position < length; position += RESERVE_BYTES) {
        if (cancelled.getAsBoolean()) {
          return false;
        }
        long from = position;
        buffer.clear().limit((int) Math.min(RESERVE_BYTES, length - position));
        pool.call(
            Priority.BULK,
            () -> {
              file.reserveNow(buffer, from);
              return null;
            });
      }
    }
    return true;
  }

  /** The daemon ends: what takes long is broken off, and undone. Does not wait for that. */
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
