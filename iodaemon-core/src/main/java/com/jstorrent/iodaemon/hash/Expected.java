package com.jstorrent.iodaemon.hash;

import com.jstorrent.iodaemon.failure.FailureCode;
import com.jstorrent.iodaemon.failure.OperationFailure;
import java.security.MessageDigest;
import org.apache.commons.codec.DecoderException;
import org.apache.commons.codec.binary.Hex;

/** The digest that a client expects of some bytes. */
public final class Expected {
  private final HashAlgorithm algorithm;
  private final byte[] digest;

  private Expected(HashAlgorithm algorithm, byte[] digest) {
    this.algorithm = algorithm;
    this.digest = digest;
  }

  /**
   * @param hex the digits, in upper or lower case
   * @throws OperationFailure EINVAL when this is not a digest of that algorithm in hex
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
   * @throws OperationFailure EHASH when the actual digest differs
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
