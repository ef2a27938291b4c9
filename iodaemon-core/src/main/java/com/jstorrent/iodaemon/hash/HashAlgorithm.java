package com.jstorrent.iodaemon.hash;

import com.jstorrent.iodaemon.failure.FailureCode;
import com.jstorrent.iodaemon.failure.OperationFailure;
import java.security.MessageDigest;
import org.apache.commons.codec.digest.DigestUtils;

/** The digests of BitTorrent: version 1 uses SHA-1, version 2 uses SHA-256. */
public enum HashAlgorithm {
  SHA1("sha1", 20),
  SHA256("sha256", 32);

  private final String label;
  private final int length;

  HashAlgorithm(String label, int length) {
    this.label = label;
    this.length = length;
  }

  /**
   * @throws OperationFailure EINVAL when there is none with this label
   */
  public static HashAlgorithm of(String label) throws OperationFailure {
    for (HashAlgorithm algorithm : values()) {
      if (algorithm.label.equals(label)) {
        return algorithm;
      }
    }
    throw new OperationFailure(
        FailureCode.EINVAL, "The algorithm must be \"sha1\" or \"sha256\".");
  }

  /** The name in paths and in JSON. */
  public String label() {
    return label;
  }

  /** Bytes of a digest. */
  public int length() {
    return length;
  }

  MessageDigest newDigest() {
    return switch (this) {
      case SHA1 -> DigestUtils.getSha1Digest();
      case SHA256 -> DigestUtils.getSha256Digest();
    };
  }
}
