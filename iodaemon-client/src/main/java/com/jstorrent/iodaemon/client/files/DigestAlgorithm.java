package com.jstorrent.iodaemon.client.files;

/** The digests that a daemon computes (PROTOCOL.md § 5.3). */
public enum DigestAlgorithm {
  /** SHA-1, of pieces of BitTorrent v1: 20 bytes. */
  SHA1("sha1", "X-Expected-SHA1", 1, 20),
  /** SHA-256, of BitTorrent v2: 32 bytes. */
  SHA256("sha256", "X-Expected-SHA256", 2, 32);

  private final String label;
  private final String header;
  private final int code;
  private final int length;

  DigestAlgorithm(String label, String header, int code, int length) {
    this.label = label;
    this.header = header;
    this.code = code;
    this.length = length;
  }

  /** The name in paths and in JSON. */
  String label() {
    return label;
  }

  /** The header of a write that expects such a digest. */
  String header() {
    return header;
  }

  /** The number in a batch of writes (PROTOCOL.md § 5.6). */
  byte code() {
    return (byte) code;
  }

  /** How many bytes such a digest has. */
  public int length() {
    return length;
  }
}
