package com.jstorrent.iodaemon.hash;

import com.jstorrent.iodaemon.failure.FailureCode;
import com.jstorrent.iodaemon.failure.OperationFailure;
import java.security.MessageDigest;
import org.apache.commons.codec.DecoderException;
import org.apache.commons.codec.binary.Hex;

/** A digest that some bytes should have. */
public final class Expected {
  private final HashAlgorithm algorithm;
  private final byte[] digest;

  private Expected(HashAlgorithm algorithm, byte[] digest) {
    this.algorithm = algorithm;
    this.digest = digest;
  }

  /**
   * @param hex in any case
   * @throws OperationFailure EINVAL when the text is no such digest
   */
  public static Expected parse(HashAlgorithm algorithm, String hex) throws OperationFailure {
    try {
      byte[] digest = Hex.decodeHex(hex);
      if (digest.length == algorithm.length()) {
        return new Expected(algorithm, digest);
      }
    } catch (DecoderException e) {
      // Answered below, like a digest of the wrong length.
    }
    throw new OperationFailure(
        FailureCode.EINVAL,
        "The expected %s must be %d hexadecimal digits."
            .formatted(algorithm.label(), 2 * algorithm.length()));
  }

  public HashAlgorithm algorithm() {
    return algorithm;
  }

  /**
   * @throws OperationFailure EHASH when another digest was found
   */
  void check(byte[] actual) throws OperationFailure {
    if (!MessageDigest.isEqual(digest, actual)) {
      throw new OperationFailure(
          FailureCode.EHASH,
          "Hash mismatch: expected %s, got %s."
              .formatted(Hex.encodeHexString(digest), Hex.encodeHexString(actual)));
    }
  }
}
