package com.jstorrent.iodaemon.hash;

import com.jstorrent.iodaemon.failure.FailureCode;
import com.jstorrent.iodaemon.failure.OperationFailure;
import java.security.MessageDigest;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.commons.codec.digest.DigestUtils;

/** The digests of BitTorrent: version 1 uses SHA-1, version 2 uses SHA-256. */
public enum HashAlgorithm {
  SHA1("sha1", 1, DigestUtils.getSha1Digest()),
  SHA256("sha256", 2, DigestUtils.getSha256Digest());

  private final String label;
  private final int code;

  /**
   * Only cloned, never updated: looking up the provider for each small write costs more than a
   * clone.
   */
  @SuppressWarnings("ImmutableEnumChecker")
  private final MessageDigest blank;

  HashAlgorithm(String label, int code, MessageDigest blank) {
    this.label = label;
    this.code = code;
    this.blank = blank;
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
        FailureCode.EINVAL,
        Stream.of(values())
            .map(algorithm -> '"' + algorithm.label + '"')
            .collect(Collectors.joining(" or ", "The algorithm must be ", ".")));
  }

  /** The name in paths and in JSON. */
  public String label() {
    return label;
  }

  /** The number in a batch of writes (PROTOCOL.md § 5.6). */
  public int code() {
    return code;
  }

  /** The length of a digest in bytes. */
  public int length() {
    return blank.getDigestLength();
  }

  MessageDigest newDigest() {
    try {
      return (MessageDigest) blank.clone();
    } catch (CloneNotSupportedException e) {
      return DigestUtils.getDigest(blank.getAlgorithm()); // not every provider supports cloning
    }
  }
}
