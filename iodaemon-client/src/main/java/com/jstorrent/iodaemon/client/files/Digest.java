package com.jstorrent.iodaemon.client.files;

import java.util.HexFormat;
import java.util.Locale;

/**
 * A digest of some bytes: one that a write expects, or one that the daemon has computed.
 *
 * @param algorithm which one
 * @param hex its bytes in lower-case hex
 */
public record Digest(DigestAlgorithm algorithm, String hex) {
  /**
   * @param hex in any case
   * @throws IllegalArgumentException when it is not hex, or does not have the length of the algorithm's digests
   */
  public Digest {
    hex = hex.toLowerCase(Locale.ROOT);
    if (HexFormat.of().parseHex(hex).length != algorithm.length()) {
      throw new IllegalArgumentException(
          "A digest by " + algorithm + " has " + algorithm.length() + " bytes.");
    }
  }

  /** A SHA-1 in hex, of 40 digits. */
  public static Digest sha1(String hex) {
    return new Digest(DigestAlgorithm.SHA1, hex);
  }

  /** A SHA-1 of 20 bytes. */
  public static Digest sha1(byte[] bytes) {
    return sha1(HexFormat.of().formatHex(bytes));
  }

  /** A SHA-256 in hex, of 64 digits. */
  public static Digest sha256(String hex) {
    return new Digest(DigestAlgorithm.SHA256, hex);
  }

  /** A SHA-256 of 32 bytes. */
  public static Digest sha256(byte[] bytes) {
    return sha256(HexFormat.of().formatHex(bytes));
  }

  /** The bytes of the digest, in an array of the caller's own. */
  public byte[] bytes() {
    return HexFormat.of().parseHex(hex);
  }
}
