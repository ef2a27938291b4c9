package com.jstorrent.iodaemon.file;

import com.jstorrent.iodaemon.failure.FailureCode;
import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.stats.Stats;
import com.jstorrent.iodaemon.work.WorkerPool;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.StandardOpenOption;
import java.util.Set;

/**
 * Reads and writes files under the download roots (PROTOCOL.md § 5.1). Any thread may call it; the
 * disk is touched by a pool of platform threads, and the caller waits for them.
 */
public final class FileService implements AutoCloseable {
  private static final int MIN_THREADS = 4;
  private static final int MAX_THREADS = 16;
  private static final Set<OpenOption> READ =
      Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
  private static final Set<OpenOption> WRITE =
      Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE, LinkOption.NOFOLLOW_LINKS);

  private final WorkerPool pool =
      new WorkerPool(
          "file",
          Math.clamp(2L * Runtime.getRuntime().availableProcessors(), MIN_THREADS, MAX_THREADS));
  private final DownloadRoots roots;
  private final Stats stats;

  public FileService(DownloadRoots roots, Stats stats) {
    this.roots = roots;
    this.stats = stats;
  }

  /** A file that is open for reading or for writing. Not thread-safe; close it. */
  public final class OpenFile implements AutoCloseable {
    private final FileChannel channel;
    private final long size;

    private OpenFile(FileChannel channel) throws IOException {
      this.channel = channel;
      this.size = channel.size();
    }

    /** Bytes of the file when it was opened. */
    public long size() {
      return size;
    }

    /**
     * Reads until the buffer is full or the file ends.
     *
     * @throws OperationFailure when the disk fails
     */
    public void read(ByteBuffer into, long position) throws OperationFailure {
      stats.add(Counter.FILE_BYTES_READ, pool.call(() -> readFully(into, position)));
    }

    private int readFully(ByteBuffer into, long position) throws OperationFailure {
      int start = into.position();
      try {
        while (into.hasRemaining()
            && channel.read(into, position + into.position() - start) >= 0) {}
        return into.position() - start;
      } catch (IOException e) {
        throw FileErrors.of(e);
      }
    }

    /**
     * Writes the whole buffer.
     *
     * @throws OperationFailure ENOSPC when the disk is full, and others when it fails
     */
    public void write(ByteBuffer from, long position) throws OperationFailure {
      pool.call(
          () -> {
            writeFully(channel, from, position);
            return null;
          });
    }

    @Override
    public void close() {
      closeQuietly(channel);
    }
  }

  /**
   * Opens an existing file.
   *
   * @throws OperationFailure EROOT, EINVAL, ENOENT, EACCES or EISDIR
   */
  public OpenFile openForReading(String rootKey, SafePath path) throws OperationFailure {
    DownloadRoot root = roots.require(rootKey);
    return pool.call(() -> open(root, path, READ));
  }

  /**
   * Opens a file for writing, and makes it and its folders if need be.
   *
   * @throws OperationFailure EROOT, EINVAL, EACCES, EISDIR, ENOTDIR or ENOSPC
   */
  public OpenFile openForWriting(String rootKey, SafePath path) throws OperationFailure {
    DownloadRoot root = roots.require(rootKey);
    return pool.call(() -> open(root, path, WRITE));
  }

  /**
   * Writes bytes at a position, making file and folders if need be: {@link #openForWriting} and
   * {@link OpenFile#write} in one job.
   *
   * @throws OperationFailure as these two
   */
  public void write(String rootKey, SafePath path, ByteBuffer from, long position)
      throws OperationFailure {
    DownloadRoot root = roots.require(rootKey);
    pool.call(
        () -> {
          try (OpenFile file = open(root, path, WRITE)) {
            writeFully(file.channel, from, position);
            return null;
          }
        });
  }

  /**
   * Finds out, without touching the disk, that a write cannot succeed.
   *
   * @throws OperationFailure EROOT or EINVAL
   */
  public void requireWritable(String rootKey, SafePath path) throws OperationFailure {
    roots.require(rootKey);
    if (path.isRoot()) {
      throw new OperationFailure(FailureCode.EINVAL, "The path of a file is missing.");
    }
  }

  private OpenFile open(DownloadRoot root, SafePath path, Set<OpenOption> options)
      throws OperationFailure {
    try {
      return new OpenFile(path.open(root, options));
    } catch (IOException e) {
      throw FileErrors.of(e);
    }
  }

  private void writeFully(FileChannel channel, ByteBuffer from, long position)
      throws OperationFailure {
    int start = from.position();
    try {
      while (from.hasRemaining()) {
        channel.write(from, position + from.position() - start);
      }
    } catch (IOException e) {
      throw FileErrors.of(e);
    } finally {
      stats.add(Counter.FILE_BYTES_WRITTEN, from.position() - start);
    }
  }

  private static void closeQuietly(FileChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      // What was written is with the system; there is nothing to tell the client.
    }
  }

  @Override
  public void close() {
    pool.close();
  }
}
