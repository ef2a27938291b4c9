package com.jstorrent.iodaemon.hash;

import com.jstorrent.iodaemon.failure.FailureCode;
import com.jstorrent.iodaemon.failure.OperationFailure;
import java.security.MessageDigest;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.commons.codec.digest.DigestUtils;
import org.jspecify.annotations.Nullable;

/** The digests of BitTorrent: version 1 uses SHA-1, version 2 uses SHA-256. */
public enum HashAlgorithm {
  SHA1("sha1", 1, 20, "SHA-1"),
  SHA256("sha256", 2, 32, "SHA-256");

  private final String label;
  private final int code;
  private final int length;
  private final String standardName;

  /**
   * Only cloned, never updated: looking up the provider for each small write costs more than a
   * clone. Made when it is first used, because the first look-up takes 4 ms of the start.
   */
  @SuppressWarnings("ImmutableEnumChecker")
  private volatile @Nullable MessageDigest blank;

  HashAlgorithm(String label, int code, int length, String standardName) {
    this.label = label;
    this.code = code;
    this.length = length;
    this.standardName = standardName;
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
    return length;
  }

  MessageDigest newDigest() {
    MessageDigest original = blank;
    if (original == null) {
      original = DigestUtils.getDigest(standardName);
      blank = original;
    }
    try {
      return (MessageDigest) original.clone();
    } catch (CloneNotSupportedException e) {
      return DigestUtils.getDigest(standardName); // not every provider supports cloning
    }
  }
}
