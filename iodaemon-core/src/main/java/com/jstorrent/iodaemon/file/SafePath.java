package com.jstorrent.iodaemon.file;

import com.jstorrent.iodaemon.failure.FailureCode;
import com.jstorrent.iodaemon.failure.OperationFailure;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The only code that turns a client's string into a path (PROTOCOL.md § 6). A path is split into
 * components, each is checked, and the links in what already exists may not lead out of the root.
 */
public final class SafePath {
  private static final int COMPONENT_BYTES = 255;

  private final List<String> components;

  private SafePath(List<String> components) {
    this.components = components;
  }

  /**
   * Reads the {@code X-Path-Base64} of a request: UTF-8, or Latin-1 when it is not valid UTF-8, as
   * old clients send it.
   *
   * @throws OperationFailure EINVAL when the text or the path is malformed
   */
  public static SafePath ofBase64(String encoded) throws OperationFailure {
    byte[] bytes;
    try {
      bytes = Base64.getDecoder().decode(encoded);
    } catch (IllegalArgumentException e) {
      throw bad("The path is not valid base64.");
    }
    try {
      return of(StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
    } catch (CharacterCodingException e) {
      return of(new String(bytes, StandardCharsets.ISO_8859_1));
    }
  }

  /**
   * Checks a relative path: {@code \} counts as {@code /}, leading ones are dropped.
   *
   * @throws OperationFailure EINVAL, naming what is wrong with it
   */
  public static SafePath of(String text) throws OperationFailure {
    String path = text.replace('\\', '/');
    int start = 0;
    while (start < path.length() && path.charAt(start) == '/') {
      start++;
    }
    List<String> components = new ArrayList<>();
    if (start < path.length()) {
      for (String component : path.substring(start).split("/", -1)) {
        check(component);
        components.add(component);
      }
    }
    return new SafePath(List.copyOf(components));
  }

  private static void check(String component) throws OperationFailure {
    if (component.isEmpty()) {
      throw bad("The path has an empty component.");
    }
    if (component.equals(".") || component.equals("..")) {
      throw bad("The path has a component that is a dot or two.");
    }
    if (component.indexOf('\0') >= 0) {
      throw bad("The path contains a NUL character.");
    }
    if (component.getBytes(StandardCharsets.UTF_8).length > COMPONENT_BYTES) {
      throw bad("The path has a component of more than " + COMPONENT_BYTES + " bytes.");
    }
    if (WindowsNames.ON_WINDOWS && !WindowsNames.legal(component)) {
      throw bad("The path has a component that Windows does not allow.");
    }
  }

  /** Whether it names the root itself. */
  public boolean isRoot() {
    return components.isEmpty();
  }

  /**
   * Opens the file below a root. Every folder on the way is opened relative to the one before and
   * without following links, so nothing can be put in the way between a check and its use. Links
   * that stay inside the root are resolved first.
   *
   * @param options as for {@link FileChannel#open}; with CREATE, folders are made too
   * @throws OperationFailure EACCES when a link leads out of the root, ENOENT when the root itself
   *     is missing, EINVAL or EISDIR when there is no ordinary file
   * @throws IOException from the file system
   */
  FileChannel open(DownloadRoot root, Set<OpenOption> options)
      throws OperationFailure, IOException {
    if (isRoot()) {
      throw bad("The path of a file is missing.");
    }
    Path base = realRoot(root);
    try {
      return new FolderWalk(base, options).open(components);
    } catch (FileSystemException e) {
      Path real = under(root);
      if (real.equals(base.resolve(String.join("/", components)))) {
        throw e; // no link was in the way
      }
      List<String> resolved = new ArrayList<>();
      base.relativize(real).forEach(name -> resolved.add(name.toString()));
      return new FolderWalk(base, options).open(resolved);
    }
  }

  private static Path realRoot(DownloadRoot root) throws OperationFailure {
    try {
      return root.path().toRealPath();
    } catch (IOException e) {
      throw new OperationFailure(
          FailureCode.ENOENT, "The download root is not there; is its disk connected?");
    }
  }

  /**
   * The place below a root, with every link on the way resolved. What does not exist yet is
   * appended as it is.
   *
   * @throws OperationFailure EACCES when a link leads out of the root, EINVAL when the file system
   *     cannot hold the name, ENOENT when the root itself is missing
   */
  Path under(DownloadRoot root) throws OperationFailure {
    Path base = realRoot(root);
    try {
      Path known = base;
      int next = 0;
      while (next < components.size()) {
        Path candidate = known.resolve(components.get(next));
        if (!Files.exists(candidate, LinkOption.NOFOLLOW_LINKS)) {
          break;
        }
        known = candidate.toRealPath();
        if (!known.startsWith(base)) {
          throw new OperationFailure(FailureCode.EACCES, "A link leads out of the download root.");
        }
        next++;
      }
      for (String rest : components.subList(next, components.size())) {
        known = known.resolve(rest);
      }
      return known;
    } catch (InvalidPathException e) {
      throw bad("This file system cannot hold such a name.");
    } catch (IOException e) {
      throw new OperationFailure(FailureCode.EACCES, "A link in the path cannot be followed.");
    }
  }

  private static OperationFailure bad(String message) {
    return new OperationFailure(FailureCode.EINVAL, message);
  }

  /** Rules of Windows, where more than the separator has a meaning. */
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
