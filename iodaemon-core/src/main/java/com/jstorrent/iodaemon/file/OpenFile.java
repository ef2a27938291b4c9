package com.jstorrent.iodaemon.file;

import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.stats.live.Stats;
import com.jstorrent.iodaemon.work.WorkerPool.Priority;
import com.jstorrent.iodaemon.work.WorkerPool;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A file that is open for reading, or for reading and writing. Methods block until the pool has
 * done the work, unless they say otherwise. Thread-safe, except that only one thread may write at a
 * time. Must be closed. If a write fails, everything that was appended through this instance is
 * truncated again.
 */
public final class OpenFile implements AutoCloseable {
  private final OpenFiles.Use use;
  private final WorkerPool pool;
  private final Stats stats;
  private volatile long size = -1; // not known yet
  private volatile SharedFile.@Nullable Change change; // one writer at a time

  OpenFile(OpenFiles.Use use, WorkerPool pool, Stats stats) {
    this.use = use;
    this.pool = pool;
    this.stats = stats;
  }

  /**
   * The size of the file in bytes when this was first called. Does not use the pool.
   *
   * @throws OperationFailure when the system cannot tell
   */
  public long size() throws OperationFailure {
    try {
      if (size < 0) {
        size = use.file().size();
      }
      return size;
    } catch (IOException e) {
      throw FileErrors.of(e);
    }
  }

  /**
   * Reads until the buffer is full or the file ends, with the priority of a waiting client.
   *
   * @throws OperationFailure when the disk fails, or EBUSY
   */
  public void read(ByteBuffer into, long position) throws OperationFailure {
    pool.call(Priority.URGENT, () -> readNow(into, position));
  }

  /**
   * As {@link #read(ByteBuffer, long)}, into one buffer after the other.
   *
   * @return how many bytes were read
   * @throws OperationFailure as there
   */
  public long read(List<ByteBuffer> into, long position) throws OperationFailure {
    return pool.call(
        Priority.URGENT,
        () -> {
          long count = 0;
          for (ByteBuffer each : into) {
            count += readNow(each, position + count);
          }
          return count;
        });
  }

  /**
   * As {@link #read(ByteBuffer, long)}, but on the caller's thread, which must be allowed to block on a disk.
   *
   * @return how many bytes were read
   * @throws OperationFailure when the disk fails
   */
  public int readNow(ByteBuffer into, long position) throws OperationFailure {
    try {
      int count = use.file().read(into, position);
      stats.add(Counter.FILE_BYTES_READ, count);
      return count;
    } catch (IOException e) {
      throw FileErrors.of(e);
    }
  }

  /**
   * Writes the whole buffer. On return the system has the bytes: they survive the end of this
   * process, but a loss of power only after {@link FileService#flush}.
   *
   * @throws OperationFailure ENOSPC when the disk is full, other codes when it fails
   */
  public void write(ByteBuffer from, long position) throws OperationFailure {
    write(List.of(from), position);
  }

  /**
   * Writes whole buffers, one after the other.
   *
   * @throws OperationFailure as {@link #write(ByteBuffer, long)}
   */
  public void write(List<ByteBuffer> from, long position) throws OperationFailure {
    pool.call(Priority.BULK, () -> writeNow(from, position));
  }

  /** Returns the number of bytes, all of which were written. */
  long writeNow(List<ByteBuffer> bytes, long position) throws OperationFailure {
    long all = 0;
    for (ByteBuffer part : bytes) {
      all += part.remaining();
    }
    apply(change -> change.write(bytes, position));
    stats.add(Counter.FILE_BYTES_WRITTEN, all);
    return all;
  }

  /** Allocates disk space for a part of the file that is as long as the buffer's limit. */
  void reserveNow(ByteBuffer buffer, long position) throws OperationFailure {
    apply(change -> change.reserve(buffer, position));
  }

  private interface Step {
    void applyTo(SharedFile.Change change) throws IOException;
  }

  /** If a step fails, everything that earlier steps have appended is rolled back as well. */
  private void apply(Step step) throws OperationFailure {
    try {
      SharedFile.Change current = change;
      if (current == null) {
        current = use.file().beginChange();
        change = current;
      }
      try {
        step.applyTo(current);
      } catch (IOException e) {
        change = null;
        current.rollBack();
        throw e;
      }
    } catch (IOException e) {
      throw FileErrors.of(e);
    }
  }

  @Override
  public void close() {
    SharedFile.Change current = change;
    if (current != null) {
      current.commit();
    }
    use.close();
  }
}
