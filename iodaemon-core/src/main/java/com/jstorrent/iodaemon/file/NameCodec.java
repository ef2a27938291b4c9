package com.jstorrent.iodaemon.file;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.MalformedInputException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Between the name of a file as clients know it, a text, and as the file system knows it (PROTOCOL.md
 * § 6). On Linux and macOS a name is bytes. Clients see them as UTF-8, whatever the locale; a byte that
 * is not UTF-8 is shown as a character of its own, U+EF00 plus its value, and so is a backslash, which
 * separates names in a client's path. These characters themselves are shown byte by byte, so no two names
 * look alike.
 */
final class NameCodec {
  private static final char ESCAPE = '\uef00';
  private static final char FIRST = '\uef80'; // only bytes from 0x80 on can be no UTF-8
  private static final char LAST = '\uefff';
  private static final char BACKSLASH = '\uef5c';
  private static final char REPLACEMENT = '\ufffd';
  private static final int ASCII = 0x80;
  private static final int TWO_BYTES = 0x800;
  private static final int HEX = 16;

  /** Whose names are bytes that a URI spells out; elsewhere they are texts. */
  private static final @Nullable FileSystem OF_BYTES =
      File.separatorChar == '/' ? FileSystems.getDefault() : null;

  private static final boolean UTF_8_LOCALE = OF_BYTES != null && isUtf8(OF_BYTES);

  private NameCodec() {}

  /** Whether the JVM itself writes names in UTF-8: the locale decides. */
  private static boolean isUtf8(FileSystem fileSystem) {
    String probe = "\u6587";
    try {
      return Arrays.equals(raw(fileSystem.getPath(probe)), probe.getBytes(UTF_8));
    } catch (InvalidPathException e) {
      return false;
    }
  }

  private static boolean isEscape(char c) {
    return c >= FIRST && c <= LAST || c == BACKSLASH;
  }

  /**
   * The one text for a name, of several: escapes may spell what is UTF-8.
   *
   * @throws CharacterCodingException when it has half a surrogate pair
   */
  static String canonical(String name) throws CharacterCodingException {
    return isPlain(name, false) ? name : shown(bytes(name));
  }

  /** How many bytes a name has on the disk. */
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

  /** The name of an entry of a folder as clients see it. */
  static String shown(Path entry) {
    Path name = entry.getFileName();
    String text = name.toString();
    boolean ofBytes = name.getFileSystem().equals(OF_BYTES);
    if (isCertain(text, ofBytes)) {
      return text;
    }
    StringBuilder shown = new StringBuilder();
    if (ofBytes) {
      return shown(raw(name));
    }
    append(shown, text);
    return shown.toString();
  }

  /** Whether the name can be nothing else than this text. */
  private static boolean isCertain(String text, boolean ofBytes) {
    return isPlain(text, ofBytes && !UTF_8_LOCALE)
        && text.indexOf('\\') < 0
        && !(ofBytes && text.indexOf(REPLACEMENT) >= 0);
  }

  /** A name in a folder of this file system; one that it cannot have is an InvalidPathException. */
  static Path path(FileSystem fileSystem, String name) {
    boolean ofBytes = fileSystem.equals(OF_BYTES);
    if (isPlain(name, ofBytes && !UTF_8_LOCALE)) {
      return fileSystem.getPath(name);
    }
    try {
      byte[] bytes = bytes(name);
      return ofBytes ? ofRaw(fileSystem, bytes) : ofText(fileSystem, bytes);
    } catch (CharacterCodingException e) {
      throw new InvalidPathException(name, "no such name can be");
    }
  }

  private static boolean isPlain(String name, boolean asciiOnly) {
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (c >= ASCII && (asciiOnly || isEscape(c))) {
        return false;
      }
    }
    return true;
  }

  /** A path below a folder. */
  static Path resolve(Path folder, List<String> names) {
    Path path = folder;
    for (String name : names) {
      path = resolve(path, name);
    }
    return path;
  }

  static Path resolve(Path folder, String name) {
    return folder.resolve(path(folder.getFileSystem(), name));
  }

  private static Path ofText(FileSystem fileSystem, byte[] bytes) throws CharacterCodingException {
    String text = UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    Path name = fileSystem.getPath(text);
    if (name.getNameCount() != 1 || !name.getName(0).toString().equals(text)) {
      throw new InvalidPathException(text, "a backslash separates names here");
    }
    return name;
  }

  /** Java has no other way to a path of any bytes. */
  private static Path ofRaw(FileSystem fileSystem, byte[] bytes) {
    StringBuilder uri = new StringBuilder("file:///");
    for (byte b : bytes) {
      uri.append('%')
          .append(Character.forDigit((b & 0xf0) >> 4, HEX))
          .append(Character.forDigit(b & 0xf, HEX));
    }
    return fileSystem.provider().getPath(URI.create(uri.toString())).getFileName();
  }

  private static byte[] raw(Path name) {
    String escaped = name.getFileSystem().getPath("/").resolve(name).toUri().getRawPath();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int i = 1; i < escaped.length(); i++) {
      char c = escaped.charAt(i);
      if (c == '%') {
        c = (char) Integer.parseInt(escaped, i + 1, i + 3, HEX);
        i += 2;
      } else if (c == '/') { // there happens to be a folder of this name
        break;
      }
      bytes.write(c);
    }
    return bytes.toByteArray();
  }

  private static byte[] bytes(String name) throws CharacterCodingException {
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

  private static String shown(byte[] name) {
    CharsetDecoder decoder = UTF_8.newDecoder();
    ByteBuffer bytes = ByteBuffer.wrap(name);
    CharBuffer text = CharBuffer.allocate(name.length);
    StringBuilder shown = new StringBuilder();
    while (true) {
      CoderResult result = decoder.decode(bytes, text, true);
      append(shown, text.flip());
      text.clear();
      if (result.isUnderflow()) {
        return shown.toString();
      }
      for (int i = 0; i < result.length(); i++) {
        append(shown, bytes.get());
      }
    }
  }

  private static void append(StringBuilder shown, CharSequence text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\\') {
        shown.append(BACKSLASH);
      } else if (isEscape(c)) {
        for (byte b : Character.toString(c).getBytes(UTF_8)) {
          append(shown, b);
        }
      } else {
        shown.append(c);
      }
    }
  }

  private static void append(StringBuilder shown, byte b) {
    shown.append((char) (ESCAPE + (b & 0xff)));
  }
}
