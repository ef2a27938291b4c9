package com.jstorrent.iodaemon.hash;

import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.stats.Stats;
import com.jstorrent.iodaemon.work.WorkerPool;
import java.security.MessageDigest;

/**
 * Digests of bytes that a client sends (PROTOCOL.md § 5.3). Any thread may call it; the work is
 * done by one platform thread for each processor, and the caller waits.
 */
public final class HashService implements AutoCloseable {
  private final WorkerPool pool =
      new WorkerPool("hash", Runtime.getRuntime().availableProcessors());
  private final Stats stats;

  public HashService(Stats stats) {
    this.stats = stats;
  }

  /** A digest over bytes that come in parts. Not thread-safe. */
  public final class Running {
    private final MessageDigest digest;

    private Running(HashAlgorithm algorithm) {
      digest = algorithm.newDigest();
    }

    /**
     * Takes in {@code length} bytes and waits until that is done.
     *
     * @throws OperationFailure EBUSY when too much is waiting to be hashed
     */
    public void update(byte[] bytes, int offset, int length) throws OperationFailure {
      pool.call(
          () -> {
            digest.update(bytes, offset, length);
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
   * Checks bytes against the digest that a client expects. Blocks.
   *
   * @throws OperationFailure EHASH when they differ, EBUSY when too much is waiting
   */
  public void verify(Expected expected, byte[] bytes) throws OperationFailure {
    Running running = start(expected.algorithm());
    running.update(bytes, 0, bytes.length);
    expected.check(running.finish());
  }

  @Override
  public void close() {
    pool.close();
  }
}
