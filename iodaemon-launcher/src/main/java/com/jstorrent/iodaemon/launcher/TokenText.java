package com.jstorrent.iodaemon.launcher;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Reads and checks tokens: text that a client can put into a header. */
final class TokenText {
  private static final int MAX_BYTES = 4096;
  private static final char BYTE_ORDER_MARK = '\uFEFF';

  /** A decoder puts this in place of bytes that are not text, which would make different tokens equal. */
  private static final char REPLACEMENT = '\uFFFD';

  private TokenText() {}

  /**
   * The first line, without blanks around it. It is read byte by byte, because what follows it
   * belongs to another reader.
   *
   * @throws LaunchFailure when the line is not text or too long
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
   * Returns the token if it can be put into a header.
   *
   * @throws LaunchFailure when it cannot
   */
  static String checked(String token) throws LaunchFailure {
    if (token.isEmpty()) {
      throw LaunchFailure.ofArguments("The token must not be empty.");
    }
    for (int i = 0; i < token.length(); i++) {
      char c = token.charAt(i);
      if (Character.isISOControl(c) || c == REPLACEMENT) {
        throw noText();
      }
    }
    if (!token.equals(token.strip())) {
      throw LaunchFailure.ofArguments("The token must not begin or end with a blank.");
    }
    return token;
  }

  private static LaunchFailure noText() {
    return LaunchFailure.ofArguments(
        "The token must be UTF-8 text without control characters.");
  }
}
