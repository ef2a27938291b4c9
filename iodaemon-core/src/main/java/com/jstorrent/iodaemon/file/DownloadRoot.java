package com.jstorrent.iodaemon.file;

import java.nio.file.Path;

/**
 * A folder that clients may use, under a key that tells nothing about where it is.
 *
 * @param key what clients name it by
 * @param path the folder; it need not exist yet
 * @param displayName for people
 * @param removable whether it is on a medium that comes and goes
 */
public record DownloadRoot(String key, Path path, String displayName, boolean removable) {
  public DownloadRoot {
    if (key.isEmpty()) {
      throw new IllegalArgumentException("The key of a download root must not be empty.");
    }
  }

  /** A root on a fixed disk, displayed by its key. */
  public static DownloadRoot of(String key, Path path) {
    return new DownloadRoot(key, path, key, false);
  }

  /** Leaves the path out, so that no log line can hold it. */
  @Override
  public String toString() {
    return "DownloadRoot[" + key + "]";
  }
}
