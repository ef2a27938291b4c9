package com.jstorrent.iodaemon.hash;

import com.jstorrent.iodaemon.failure.FailureCode;
import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.stats.Stats;
import com.jstorrent.iodaemon.work.WorkerPool;
import java.security.MessageDigest;
import org.apache.commons.codec.DecoderException;
import org.apache.commons.codec.binary.Hex;

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
   * Checks bytes against the digest that a client expects.
   *
   * @param expectedHex in any case
   * @throws OperationFailure EHASH when they differ, EINVAL when the text is no such digest
   */
  public void verify(HashAlgorithm algorithm, String expectedHex, byte[] bytes, int length)
      throws OperationFailure {
    byte[] expected = parse(algorithm, expectedHex);
    Running running = start(algorithm);
    running.update(bytes, 0, length);
    byte[] actual = running.finish();
    if (!MessageDigest.isEqual(expected, actual)) {
      throw new OperationFailure(
          FailureCode.EHASH,
          "Hash mismatch: expected %s, got %s."
              .formatted(Hex.encodeHexString(expected), Hex.encodeHexString(actual)));
    }
  }

  private static byte[] parse(HashAlgorithm algorithm, String hex) throws OperationFailure {
    try {
      byte[] digest = Hex.decodeHex(hex);
      if (digest.length == algorithm.length()) {
        return digest;
      }
    } catch (DecoderException e) {
      // Answered below, like a digest of the wrong length.
    }
    throw new OperationFailure(
        FailureCode.EINVAL,
        "The expected %s must be %d hexadecimal digits."
            .formatted(algorithm.label(), 2 * algorithm.length()));
  }

  @Override
  public void close() {
    pool.close();
  }
}
