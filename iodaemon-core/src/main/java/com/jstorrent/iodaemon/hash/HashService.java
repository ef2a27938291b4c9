package com.jstorrent.iodaemon.hash;

import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.file.FileService;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.stats.live.Stats;
import com.jstorrent.iodaemon.work.WorkerPool.Priority;
import com.jstorrent.iodaemon.work.WorkerPool;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.List;

/**
 * Computes digests (PROTOCOL.md § 5.3). Thread-safe; methods block. Bytes that a client sends are
 * hashed by a pool with one thread per processor, or by the caller's own thread ({@link
 * WorkerPool}); files are hashed by the file pool ({@link FileDigests}).
 */
public final class HashService implements AutoCloseable {
  private final WorkerPool pool =
      new WorkerPool("hash", Runtime.getRuntime().availableProcessors());
  private final Stats stats;
  private final FileDigests files;

  public HashService(FileService files, Stats stats) {
    this.stats = stats;
    this.files = new FileDigests(files, stats);
  }

  /** Digests of files. */
  public FileDigests files() {
    return files;
  }

  /** A digest over bytes that arrive in parts. Not thread-safe. */
  public final class Running {
    private final MessageDigest digest;

    private Running(HashAlgorithm algorithm) {
      digest = algorithm.newDigest();
    }

    /**
     * Adds what remains in the buffers, in order. Blocks until it is hashed.
     *
     * @throws OperationFailure EBUSY when the pool's queue is full
     */
    public void update(List<ByteBuffer> bytes) throws OperationFailure {
      pool.call(
          Priority.URGENT,
          () -> {
            for (ByteBuffer each : bytes) {
              stats.add(Counter.HASHED_BYTES, each.remaining());
              digest.update(each);
            }
            return null;
          });
    }

    /** Finishes the computation and returns the raw digest. */
    public byte[] finish() {
      return digest.digest();
    }
  }

  public Running start(HashAlgorithm algorithm) {
    return new Running(algorithm);
  }

  /**
   * Checks bytes against the digest that a client expects. Does not change the buffers.
   *
   * @throws OperationFailure EHASH when the digests differ, EBUSY when the pool's queue is full
   */
  public void verify(Expected expected, List<ByteBuffer> bytes) throws OperationFailure {
    pool.call(
        Priority.URGENT,
        () -> {
          verifyNow(expected, bytes);
          return null;
        });
  }

  /**
   * As {@link #verify}, but on the caller's thread, which must be allowed to compute for a while.
   *
   * @throws OperationFailure EHASH when they differ
   */
  public void verifyNow(Expected expected, List<ByteBuffer> bytes) throws OperationFailure {
    MessageDigest digest = expected.algorithm().newDigest();
    for (ByteBuffer part : bytes) {
      stats.add(Counter.HASHED_BYTES, part.remaining());
      digest.update(part.duplicate());
    }
    expected.check(digest.digest());
  }

  @Override
  public void close() {
    pool.close();
  }
}
