package com.jstorrent.iodaemon.file;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Converts file names between the text that clients use (see {@link NameEscapes}) and the paths of
 * a file system. On Linux and macOS a name is a sequence of bytes, which the daemon takes as UTF-8
 * whatever the JVM's locale. Java gives access to the bytes through URIs only, which is slow; plain
 * names are converted directly.
 */
final class NameCodec {
  private static final char REPLACEMENT = '\ufffd';
  private static final int HEX = 16;

  /** The file system whose names are bytes; null on Windows. In all others names are text. */
  private static final @Nullable FileSystem OF_BYTES =
      File.separatorChar == '/' ? FileSystems.getDefault() : null;

  private static final boolean UTF_8_LOCALE = OF_BYTES != null && isUtf8(OF_BYTES);

  private NameCodec() {}

  /** Whether the JVM encodes names in UTF-8, which depends on the locale. */
  private static boolean isUtf8(FileSystem fileSystem) {
    String probe = "\u6587";
    try {
      return Arrays.equals(raw(fileSystem.getPath(probe)), probe.getBytes(UTF_8));
    } catch (InvalidPathException e) {
      return false;
    }
  }

  /** The name of a folder's entry as clients see it. */
  static String decode(Path entry) {
    Path name = entry.getName(entry.getNameCount() - 1);
    String text = name.toString();
    boolean ofBytes = name.getFileSystem().equals(OF_BYTES);
    boolean certain =
        NameEscapes.isPlain(text, ofBytes && !UTF_8_LOCALE)
            && text.indexOf('\\') < 0
            && !(ofBytes && text.indexOf(REPLACEMENT) >= 0);
    if (certain) {
      return text;
    }
    return ofBytes ? NameEscapes.escaped(raw(name)) : NameEscapes.escaped(text);
  }

  /**
   * The path of a client's name in this file system.
   *
   * @throws InvalidPathException when the file system cannot have such a name
   */
  static Path encode(FileSystem fileSystem, String name) {
    boolean ofBytes = fileSystem.equals(OF_BYTES);
    if (NameEscapes.isPlain(name, ofBytes && !UTF_8_LOCALE)) {
      return fileSystem.getPath(name);
    }
    try {
      byte[] bytes = NameEscapes.bytes(name);
      return ofBytes ? ofRaw(fileSystem, bytes) : ofText(fileSystem, bytes);
    } catch (CharacterCodingException e) {
      throw new InvalidPathException(name, "no such name can be");
    }
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
    return folder.resolve(encode(folder.getFileSystem(), name));
  }

  private static Path ofText(FileSystem fileSystem, byte[] bytes) throws CharacterCodingException {
    String text = UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    Path name = fileSystem.getPath(text);
    if (name.getNameCount() != 1 || !name.getName(0).toString().equals(text)) {
      throw new InvalidPathException(text, "a backslash separates names here");
    }
    return name;
  }

  private static Path ofRaw(FileSystem fileSystem, byte[] bytes) {
    StringBuilder uri = new StringBuilder("file:///");
    for (byte b : bytes) {
      uri.append('%')
          .append(Character.forDigit((b & 0xf0) >> 4, HEX))
          .append(Character.forDigit(b & 0xf, HEX));
    }
    return fileSystem.provider().getPath(URI.create(uri.toString())).getName(0);
  }

  private static byte[] raw(Path name) {
    String escaped = name.getFileSystem().getPath("/").resolve(name).toUri().getRawPath();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int i = 1; i < escaped.length(); i++) {
      char c = escaped.charAt(i);
      if (c == '%') {
        c = (char) Integer.parseInt(escaped, i + 1, i + 3, HEX);
        i += 2;
      } else if (c == '/') { // toUri adds it if there is a folder of this name
        break;
      }
      bytes.write(c);
    }
    return bytes.toByteArray();
  }
}
