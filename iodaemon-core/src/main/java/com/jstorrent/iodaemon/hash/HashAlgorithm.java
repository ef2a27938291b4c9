package com.jstorrent.iodaemon.hash;

import com.jstorrent.iodaemon.failure.FailureCode;
import com.jstorrent.iodaemon.failure.OperationFailure;
import java.security.MessageDigest;
import org.apache.commons.codec.digest.DigestUtils;

/** The digests of BitTorrent: version 1 uses SHA-1, version 2 uses SHA-256. */
public enum HashAlgorithm {
  SHA1("sha1", 20),
  SHA256("sha256", 32);

  /**
   * Only cloned, never updated: looking up the provider for each small write costs more than a
   * clone.
   */
  private static final MessageDigest BLANK_SHA1 = DigestUtils.getSha1Digest();

  private static final MessageDigest BLANK_SHA256 = DigestUtils.getSha256Digest();

  private final String label;
  private final int length;

  HashAlgorithm(String label, int length) {
    this.label = label;
    this.length = length;
  }

  /**
   * @throws OperationFailure EINVAL when no algorithm has this label
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

  /** The length of a digest in bytes. */
  public int length() {
    return length;
  }

  MessageDigest newDigest() {
    return switch (this) {
      case SHA1 -> copy(BLANK_SHA1);
      case SHA256 -> copy(BLANK_SHA256);
    };
  }

  private static MessageDigest copy(MessageDigest blank) {
    try {
      return (MessageDigest) blank.clone();
    } catch (CloneNotSupportedException e) {
      return DigestUtils.getDigest(blank.getAlgorithm()); // not every provider supports cloning
    }
  }
}
