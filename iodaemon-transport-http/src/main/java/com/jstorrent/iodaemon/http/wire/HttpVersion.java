package com.jstorrent.iodaemon.http.wire;

/** The version in a request line (RFC 9112 § 2.3). */
public record HttpVersion(int major, int minor) {
  /** Persistent connections, upgrades, chunks and 100 Continue came with HTTP/1.1. */
  boolean isOlderThan11() {
    return major == 1 && minor == 0;
  }

  /** Earlier and later ones are other protocols (PROTOCOL.md § 5). */
  boolean isSupported() {
    return major == 1 && minor <= 1;
  }
}
