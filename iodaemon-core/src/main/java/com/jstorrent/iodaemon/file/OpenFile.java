package com.jstorrent.iodaemon.file;

import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.stats.Stats;
import com.jstorrent.iodaemon.work.WorkerPool;
import com.jstorrent.iodaemon.work.WorkerPool.Priority;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A file that is open for reading, or for reading and writing. The disk is touched by the pool, and
 * the caller waits. Any thread may call it, one at a time for
 * writing; close it. What a failed write has appended, and those before it, is cut off again.
 */
public final class OpenFile implements AutoCloseable {
  private final OpenFiles.Use use;
  private final WorkerPool pool;
  private final Stats stats;
  private volatile long size = -1; // until somebody asks
  private volatile SharedFile.@Nullable Growth growth; // one writer at a time

  OpenFile(OpenFiles.Use use, WorkerPool pool, Stats stats) {
    this.use = use;
    this.pool = pool;
    this.stats = stats;
  }

  /**
   * Bytes of the file when this was first asked. Does not wait for the disk.
   *
   * @throws OperationFailure when the system does not know
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
   * Reads until the buffer is full or the file ends. Somebody waits for it, so it goes first.
   *
   * @throws OperationFailure when the disk fails, or EBUSY
   */
  public void read(ByteBuffer into, long position) throws OperationFailure {
    pool.call(Priority.URGENT, () -> readNow(into, position));
  }

  /**
   * The same on the caller's thread, which must be one that may wait for a disk.
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
   * Writes the whole buffer. When it returns the bytes are with the system: they outlive this
   * process, but not a loss of power before {@link FileService#flush}.
   *
   * @throws OperationFailure ENOSPC when the disk is full, and others when it fails
   */
  public void write(ByteBuffer from, long position) throws OperationFailure {
    pool.call(Priority.BULK, () -> writeNow(List.of(from), position));
  }

  /** Returns how many bytes were written: all. */
  long writeNow(List<ByteBuffer> bytes, long position) throws OperationFailure {
    long all = 0;
    for (ByteBuffer part : bytes) {
      all += part.remaining();
    }
    change(growth -> growth.write(bytes, position));
    stats.add(Counter.FILE_BYTES_WRITTEN, all);
    return all;
  }

  /** Gives a part of the file room on the disk; the limit of the buffer tells how long the part is. */
  void reserveNow(ByteBuffer buffer, long position) throws OperationFailure {
    change(growth -> growth.reserve(buffer, position));
  }

  private interface Step {
    void of(SharedFile.Growth growth) throws IOException;
  }

  /** When a step fails, everything that was appended by those before goes with it. */
  private void change(Step step) throws OperationFailure {
    try {
      SharedFile.Growth current = growth;
      if (current == null) {
        current = use.file().grow();
        growth = current;
      }
      try {
        step.of(current);
      } catch (IOException e) {
        growth = null;
        current.takeBack();
        throw e;
      }
    } catch (IOException e) {
      throw FileErrors.of(e);
    }
  }

  @Override
  public void close() {
    SharedFile.Growth current = growth;
    if (current != null) {
      current.done();
    }
    use.close();
  }
}
