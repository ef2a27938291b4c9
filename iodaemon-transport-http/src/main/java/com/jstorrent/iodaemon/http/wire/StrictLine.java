package com.jstorrent.iodaemon.http.wire;

import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A line that ends with CR LF and contains neither. RFC 9112 § 2.2 lets a recipient accept a bare LF as
 * well, but two recipients that see different lines make request smuggling possible. Not thread-safe.
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
   * @param max the most characters that the line may have
   * @return the line without CR LF, or null when the input has ended
   * @throws MalformedLineException when it is too long, or has a bare CR or LF
   * @throws EOFException when the client ends its side in the middle of the line
   */
  static @Nullable StrictLine read(InputBuffer buffer, int max) throws IOException {
    StrictLine line = new StrictLine();
    for (int previous = 0, c;; previous = c) {
      c = buffer.read();
      if (c < 0) {
        if (previous == 0 && line.isEmpty()) {
          return null;
        }
        throw new EOFException("The client ended its side in the middle of a line.");
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

  /** Whether there is a control character other than a tab. */
  boolean hasControlCharacters() {
    return control;
  }

  char charAt(int index) {
    return (char) Byte.toUnsignedInt(bytes[index]);
  }

  /** The index of the first such character from {@code start} on, or -1. */
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
