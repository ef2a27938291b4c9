package com.jstorrent.iodaemon.http.wire;

/** The version in a request line (RFC 9112 § 2.3). */
public record HttpVersion(int major, int minor) {
  /** Persistent connections, upgrades, chunks and 100 Continue came with HTTP/1.1. */
  boolean isOlderThan11() {
    return major < 1 || major == 1 && minor == 0;
  }

  /** Later ones are other protocols. */
  boolean isSupported() {
    return major <= 1;
  }
}
