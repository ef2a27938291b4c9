package com.jstorrent.iodaemon.launcher;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** What can be a token: text that a client can put into a header. */
final class TokenText {
  private static final int MAX_BYTES = 4096;
  private static final char BYTE_ORDER_MARK = '\uFEFF';

  /** What a decoder makes of bytes that are no text: tokens that differ would become equal. */
  private static final char REPLACEMENT = '\uFFFD';

  private TokenText() {}

  /**
   * The first line, without blanks around it. Byte by byte: what stands behind the line belongs to
   * another reader.
   *
   * @throws LaunchFailure when it is no text, or too long
   */
  static String firstLine(InputStream in) throws IOException, LaunchFailure {
    byte[] line = new byte[MAX_BYTES];
    int length = 0;
    for (int c; (c = in.read()) >= 0 && c != '\n';) {
      if (length == line.length) {
        throw LaunchFailure.ofArguments("The token is longer than " + MAX_BYTES + " bytes.");
      }
      line[length++] = (byte) c;
    }
    String text = decode(ByteBuffer.wrap(line, 0, length));
    boolean marked = !text.isEmpty() && text.charAt(0) == BYTE_ORDER_MARK;
    return (marked ? text.substring(1) : text).strip();
  }

  private static String decode(ByteBuffer bytes) throws LaunchFailure {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
    } catch (CharacterCodingException e) {
      throw noText();
    }
  }

  /**
   * @throws LaunchFailure when no client could show it
   */
  static String checked(String token) throws LaunchFailure {
    if (token.isEmpty()) {
      throw LaunchFailure.ofArguments("The token must not be empty.");
    }
    for (int i = 0; i < token.length(); i++) {
      char c = token.charAt(i);
      if (Character.isISOControl(c) && c != '\t' || c == REPLACEMENT) {
        throw noText();
      }
    }
    return token;
  }

  private static LaunchFailure noText() {
    return LaunchFailure.ofArguments(
        "The token must be UTF-8 text without control characters.");
  }
}
