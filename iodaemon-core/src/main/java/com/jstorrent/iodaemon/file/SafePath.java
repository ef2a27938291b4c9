package com.jstorrent.iodaemon.file;

import com.jstorrent.iodaemon.failure.FailureCode;
import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.memory.heap.HeapSize;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The only code that turns a client's string into a path (PROTOCOL.md § 6). It splits the path into
 * components and checks each; {@link FolderWalk} handles links.
 */
public final class SafePath {
  /** The maximum length of a name on the disk (PROTOCOL.md § 6). */
  private static final int COMPONENT_BYTES = 255;

  /** The maximum length of a path with its separators, which is PATH_MAX of Linux. */
  static final int MAX_BYTES = 4096;

  /** The maximum depth of a path: each level costs a request some system calls. */
  static final int MAX_LEVELS = 256;

  private static final String SEPARATOR = "/";

  private final String text; // its components, joined to save memory: handles hold many paths for long

  private SafePath(String text) {
    this.text = text;
  }

  /**
   * Parses the {@code X-Path-Base64} header: UTF-8, or Latin-1 if it is not valid UTF-8, because
   * old clients send that.
   *
   * @throws OperationFailure EINVAL when the text or the path is malformed
   */
  public static SafePath ofBase64(String encoded) throws OperationFailure {
    byte[] bytes;
    try {
      bytes = Base64.getDecoder().decode(encoded);
    } catch (IllegalArgumentException e) {
      throw invalid("The path is not valid base64.");
    }
    String text = new String(bytes, StandardCharsets.UTF_8);
    boolean valid = Arrays.equals(bytes, text.getBytes(StandardCharsets.UTF_8));
    return of(valid ? text : new String(bytes, StandardCharsets.ISO_8859_1));
  }

  /**
   * Parses a relative path: {@code \} counts as {@code /}, and leading separators are dropped.
   * Names that are not valid text are escaped as in {@link NameEscapes}.
   *
   * @throws OperationFailure EINVAL with the reason
   */
  public static SafePath of(String text) throws OperationFailure {
    String path = text.replace('\\', '/');
    int start = 0;
    while (start < path.length() && path.charAt(start) == '/') {
      start++;
    }
    if (path.length() - start > MAX_BYTES) { // each character is at least one byte
      throw tooLong();
    }
    List<String> components = new ArrayList<>();
    int bytes = 0;
    if (start < path.length()) {
      for (String component : path.substring(start).split(SEPARATOR, -1)) {
        String name = canonical(component);
        bytes += check(name) + 1;
        components.add(name);
      }
    }
    if (bytes - 1 > MAX_BYTES) {
      throw tooLong();
    }
    if (components.size() > MAX_LEVELS) {
      throw invalid("The path has more than " + MAX_LEVELS + " levels.");
    }
    return new SafePath(String.join(SEPARATOR, components));
  }

  private static String canonical(String component) throws OperationFailure {
    try {
      return NameEscapes.canonical(component);
    } catch (CharacterCodingException e) {
      throw invalid("The path has half of a character.");
    }
  }

  /** Returns the length of the component in bytes. */
  private static int check(String component) throws OperationFailure {
    if (component.isEmpty()) {
      throw invalid("The path has an empty component.");
    }
    if (component.equals(".") || component.equals("..")) {
      throw invalid("The path has a component that is a dot or two.");
    }
    if (component.indexOf('\0') >= 0) {
      throw invalid("The path contains a NUL character.");
    }
    int bytes = NameEscapes.length(component);
    if (bytes > COMPONENT_BYTES) {
      throw invalid("The path has a component of more than " + COMPONENT_BYTES + " bytes.");
    }
    if (WindowsNames.ON_WINDOWS && !WindowsNames.legal(component)) {
      throw invalid("The path has a component that Windows does not allow.");
    }
    return bytes;
  }

  /** Whether this is the root itself. */
  public boolean isRoot() {
    return text.isEmpty();
  }

  /** How many bytes its text takes on the heap. */
  long heapBytes() {
    return HeapSize.of(text);
  }

  List<String> components() {
    return isRoot() ? List.of() : List.of(text.split(SEPARATOR, -1));
  }

  /** Whether {@code other} equals this path or is below it. */
  boolean contains(SafePath other) {
    return isRoot() || other.text.equals(text) || other.text.startsWith(text + SEPARATOR);
  }

  /**
   * The path that {@code other}, which is below this one, has after this one was moved to {@code
   * target}. None of these is the root.
   */
  SafePath moved(SafePath other, SafePath target) {
    return new SafePath(target.text + other.text.substring(text.length()));
  }

  /** The last component, or an empty string for the root itself. */
  public String name() {
    return text.substring(text.lastIndexOf(SEPARATOR) + 1);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof SafePath path && text.equals(path.text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  /** The relative path, which does not reveal where the root is. */
  @Override
  public String toString() {
    return text;
  }

  private static OperationFailure tooLong() {
    return invalid("The path has more than " + MAX_BYTES + " bytes.");
  }

  private static OperationFailure invalid(String message) {
    return new OperationFailure(FailureCode.EINVAL, message);
  }

  /**
   * The rules of Windows, where more characters than the separator, and some names, are reserved.
   */
  static final class WindowsNames {
    static final boolean ON_WINDOWS =
        System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("windows");

    private static final Pattern DEVICE =
        Pattern.compile("(?i)(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\\$|conout\\$)(\\..*)?");
    private static final Pattern FORBIDDEN = Pattern.compile("[<>:\"|?*\\x00-\\x1f]");

    private WindowsNames() {}

    static boolean legal(String component) {
      return !FORBIDDEN.matcher(component).find()
          && !component.endsWith(".")
          && !component.endsWith(" ")
          && !DEVICE.matcher(component.stripTrailing()).matches();
    }
  }
}
