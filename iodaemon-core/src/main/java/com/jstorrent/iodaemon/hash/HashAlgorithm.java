package com.jstorrent.iodaemon.hash;

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
