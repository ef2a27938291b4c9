package com.jstorrent.iodaemon.hash;

import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.file.FileService;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.stats.Stats;
import com.jstorrent.iodaemon.work.WorkerPool;
import com.jstorrent.iodaemon.work.WorkerPool.Priority;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.List;

/**
 * Digests (PROTOCOL.md § 5.3). Any thread may call it. Those of bytes that a client sends are
 * computed by a pool with a thread for each processor, or by the caller itself ({@link WorkerPool}),
 * who waits; those of files where the files are read.
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

  /** Digests of what is on the disk. */
  public FileDigests files() {
    return files;
  }

  /** A digest over bytes that come in parts. Not thread-safe. */
  public final class Running {
    private final MessageDigest digest;

    private Running(HashAlgorithm algorithm) {
      digest = algorithm.newDigest();
    }

    /**
     * Takes in what remains in the buffer, and waits until that is done.
     *
     * @throws OperationFailure EBUSY when too much is waiting to be hashed
     */
    public void update(ByteBuffer bytes) throws OperationFailure {
      int length = bytes.remaining();
      pool.call(
          Priority.URGENT,
          () -> {
            digest.update(bytes);
            return null;
          });
      stats.add(Counter.HASHED_BYTES, length);
    }

    /** Ends it, and returns the raw digest. */
    public byte[] finish() {
      return digest.digest();
    }
  }

  public Running start(HashAlgorithm algorithm) {
    return new Running(algorithm);
  }

  /**
   * Checks bytes against the digest that a client expects. Blocks. The buffers are left as they were.
   *
   * @throws OperationFailure EHASH when they differ, EBUSY when too much is waiting
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
   * The same on the caller's thread, which must be one that may be busy for a while.
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
