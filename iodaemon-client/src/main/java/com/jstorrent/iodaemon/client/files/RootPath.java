package com.jstorrent.iodaemon.client.files;

/**
 * A file or folder under a download root (PROTOCOL.md § 5.1 and § 6).
 *
 * @param root the key of the root, as the daemon lists it
 * @param path relative to the root, its parts separated by {@code /}; empty for the root itself
 */
public record RootPath(String root, String path) implements FileRef {
  /**
   * @throws IllegalArgumentException when the key is empty, or either is not valid text (has half a surrogate
   *     pair), which could not be sent
   */
  public RootPath {
    if (root.isEmpty()) {
      throw new IllegalArgumentException("The key of a root must not be empty.");
    }
    Texts.requireSendable("key of a root", root);
    Texts.requireSendable("path", path);
  }

  /** The file or folder at this path. */
  public static RootPath of(String root, String path) {
    return new RootPath(root, path);
  }

  /** The root itself. */
  public static RootPath root(String root) {
    return new RootPath(root, "");
  }
}
