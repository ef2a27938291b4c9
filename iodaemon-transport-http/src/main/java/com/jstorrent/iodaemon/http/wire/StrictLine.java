package com.jstorrent.iodaemon.http.wire;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import org.apache.hc.core5.http.io.SessionInputBuffer;
import org.apache.hc.core5.util.CharArrayBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Lines that end in CR LF and hold neither of them. HttpCore's own reader takes a bare LF as well:
 * where two readers do not see the same lines, requests are smuggled.
 */
final class StrictLine {
  private static final int USUAL_LENGTH = 64;

  private StrictLine() {}

  /**
   * Reads a line.
   *
   * @param max the most characters that it may have
   * @return the line without its end, or null when there is none
   * @throws MalformedLineException when it is too long, or does not end as it should
   * @throws EOFException when the client has left in the middle of it
   */
  static @Nullable CharArrayBuffer read(SessionInputBuffer buffer, InputStream source, int max)
      throws IOException {
    CharArrayBuffer line = new CharArrayBuffer(USUAL_LENGTH);
    for (int previous = 0, c;; previous = c) {
      c = buffer.read(source);
      if (c < 0) {
        if (previous == 0 && line.isEmpty()) {
          return null;
        }
        throw new EOFException("The client left in the middle of a line.");
      }
      if ((c == '\n') != (previous == '\r')) {
        throw new MalformedLineException("A line has a bare CR or LF.");
      }
      if (c == '\n') {
        return line;
      }
      if (c != '\r') {
        if (line.length() == max) {
          throw new MalformedLineException("A line is too long.");
        }
        line.append((char) c);
      }
    }
  }
}
