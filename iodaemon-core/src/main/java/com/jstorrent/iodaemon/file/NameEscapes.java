package com.jstorrent.iodaemon.file;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.MalformedInputException;

/**
 * Writes file names of arbitrary bytes as text (PROTOCOL.md § 6). A name is decoded as UTF-8; each
 * byte that is not valid UTF-8, and a backslash (a separator in clients' paths), becomes the
 * private-use character U+EF00 plus its value. Those characters, when a name contains them, are
 * themselves escaped byte by byte, so different names have different texts. Nothing else can be
 * escaped: no escape yields a separator, a dot or NUL.
 */
final class NameEscapes {
  private static final char ESCAPE = '\uef00';
  private static final char FIRST = '\uef80'; // only bytes from 0x80 on can be no UTF-8
  private static final char LAST = '\uefff';
  private static final char BACKSLASH = '\uef5c';
  private static final int ASCII = 0x80;
  private static final int TWO_BYTES = 0x800;

  private NameEscapes() {}

  private static boolean isEscape(char c) {
    return c >= FIRST && c <= LAST || c == BACKSLASH;
  }

  /**
   * Whether a text contains no escapes.
   *
   * @param ascii whether it must consist of ASCII as well
   */
  static boolean isPlain(String name, boolean ascii) {
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (c >= ASCII && (ascii || isEscape(c))) {
        return false;
      }
    }
    return true;
  }

  /**
   * The canonical text of a name: a client may have escaped bytes that are valid UTF-8.
   *
   * @throws CharacterCodingException when it has an unpaired surrogate
   */
  static String canonical(String name) throws CharacterCodingException {
    return isPlain(name, false) ? name : escaped(bytes(name));
  }

  /** How many bytes the name stands for. */
  static int length(String name) {
    int length = 0;
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (c < ASCII || isEscape(c)) {
        length++;
      } else {
        length += c < TWO_BYTES || Character.isSurrogate(c) ? 2 : 3;
      }
    }
    return length;
  }

  /**
   * The bytes that a name stands for.
   *
   * @throws CharacterCodingException when it has an unpaired surrogate
   */
  static byte[] bytes(String name) throws CharacterCodingException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (isEscape(c)) {
        bytes.write(c); // its low eight bits
      } else if (Character.isSurrogate(c)) {
        int whole = name.codePointAt(i++);
        if (!Character.isSupplementaryCodePoint(whole)) {
          throw new MalformedInputException(1);
        }
        bytes.writeBytes(Character.toString(whole).getBytes(UTF_8));
      } else {
        bytes.writeBytes(Character.toString(c).getBytes(UTF_8));
      }
    }
    return bytes.toByteArray();
  }

  /** The text for a name of these bytes. */
  static String escaped(byte[] name) {
    CharsetDecoder decoder = UTF_8.newDecoder();
    ByteBuffer bytes = ByteBuffer.wrap(name);
    CharBuffer text = CharBuffer.allocate(name.length);
    StringBuilder escaped = new StringBuilder();
    while (true) {
      CoderResult result = decoder.decode(bytes, text, true);
      append(escaped, text.flip());
      text.clear();
      if (result.isUnderflow()) {
        return escaped.toString();
      }
      for (int i = 0; i < result.length(); i++) {
        append(escaped, bytes.get());
      }
    }
  }

  /** The text for a name that is a text. */
  static String escaped(String name) {
    StringBuilder escaped = new StringBuilder();
    append(escaped, name);
    return escaped.toString();
  }

  private static void append(StringBuilder escaped, CharSequence text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\\') {
        escaped.append(BACKSLASH);
      } else if (isEscape(c)) {
        for (byte b : Character.toString(c).getBytes(UTF_8)) {
          append(escaped, b);
        }
      } else {
        escaped.append(c);
      }
    }
  }

  private static void append(StringBuilder escaped, byte b) {
    escaped.append((char) (ESCAPE + (b & 0xff)));
  }
}
