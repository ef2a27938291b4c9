package com.jstorrent.iodaemon.config;

import java.nio.file.Path;
import java.util.Objects;

/**
 * A folder that clients may use. They name it by a key, which does not reveal its path.
 *
 * @param key the name that clients use, not empty
 * @param path the folder, absolute; it need not exist yet
 * @param displayName the name to show to users
 * @param removable whether it is on a removable medium
 */
public record DownloadRoot(String key, Path path, String displayName, boolean removable) {
  /**
   * @throws IllegalArgumentException when the key is empty or the path is relative
   */
  public DownloadRoot {
    Objects.requireNonNull(key, "The key of a download root must not be null.");
    if (key.isEmpty()) {
      throw new IllegalArgumentException("The key of a download root must not be empty.");
    }
    Objects.requireNonNull(path,
        () -> "The path of the download root \"" + key + "\" must not be null.");
    if (!path.isAbsolute()) {
      throw new IllegalArgumentException(
          "The path of the download root \"" + key + "\" must be absolute.");
    }
    Objects.requireNonNull(
        displayName, () -> "The name of the download root \"" + key + "\" must not be null.");
  }

  /** A root on a fixed disk, with the key as its display name. */
  public static DownloadRoot of(String key, Path path) {
    return new DownloadRoot(key, path, key, false);
  }

  /** Omits the path, so that it cannot get into the log. */
  @Override
  public String toString() {
    return "DownloadRoot[" + key + "]";
  }
}
