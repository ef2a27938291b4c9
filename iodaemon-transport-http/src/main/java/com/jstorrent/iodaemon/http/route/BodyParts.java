package com.jstorrent.iodaemon.http.route;

import java.io.IOException;
import java.io.InputStream;

/**
 * Reads a body part by part into a buffer that grows as bytes come: a client that announces much
 * and sends nothing holds little. Not thread-safe.
 */
final class BodyParts {
  private static final int FIRST_BYTES = 16 << 10;
  private static final int LARGEST_BYTES = 256 << 10;

  private final InputStream body;
  private byte[] part = new byte[FIRST_BYTES];

  BodyParts(InputStream body) {
    this.body = body;
  }

  /** Returns how many bytes {@link #bytes} begins with now; 0 at the end. */
  int next() throws IOException {
    int count = body.readNBytes(part, 0, part.length);
    if (count == part.length && part.length < LARGEST_BYTES) {
      byte[] larger = new byte[4 * part.length];
      System.arraycopy(part, 0, larger, 0, count);
      part = larger;
      count += body.readNBytes(part, count, part.length - count);
    }
    return count;
  }

  byte[] bytes() {
    return part;
  }
}
