package com.jstorrent.iodaemon.http.wire;

import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A line that ends in CR LF and holds neither of them. RFC 9112 § 2.2 lets a reader take a bare LF as
 * well, but where two readers do not see the same lines, requests are smuggled. Not thread-safe.
 */
final class StrictLine {
  private static final int USUAL_LENGTH = 64;
  private static final int DELETE = 127;

  private byte[] bytes = new byte[USUAL_LENGTH];
  private int length;
  private boolean control;

  private StrictLine() {}

  /**
   * Reads a line.
   *
   * @param max the most characters that it may have
   * @return the line without its end, or null when there is none
   * @throws MalformedLineException when it is too long, or does not end as it should
   * @throws EOFException when the client has left in the middle of it
   */
  static @Nullable StrictLine read(InputBuffer buffer, int max) throws IOException {
    StrictLine line = new StrictLine();
    for (int previous = 0, c;; previous = c) {
      c = buffer.read();
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
        if (line.length == max) {
          throw new MalformedLineException("A line is too long.");
        }
        line.append(c);
      }
    }
  }

  private void append(int c) {
    if (length == bytes.length) {
      bytes = Arrays.copyOf(bytes, 2 * length);
    }
    bytes[length++] = (byte) c;
    control |= c < ' ' && c != '\t' || c == DELETE;
  }

  boolean isEmpty() {
    return length == 0;
  }

  int length() {
    return length;
  }

  /** Whether there is one that is no tabulator. */
  boolean hasControlCharacters() {
    return control;
  }

  char charAt(int index) {
    return (char) Byte.toUnsignedInt(bytes[index]);
  }

  /** Where the character stands for the first time from {@code start} on, or -1. */
  int indexOf(char c, int start) {
    for (int i = start; i < length; i++) {
      if (bytes[i] == c) {
        return i;
      }
    }
    return -1;
  }

  String text(int start, int end) {
    return new String(bytes, start, end - start, StandardCharsets.ISO_8859_1);
  }

  @Override
  public String toString() {
    return text(0, length);
  }
}
