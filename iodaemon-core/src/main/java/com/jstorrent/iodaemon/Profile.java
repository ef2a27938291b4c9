package com.jstorrent.iodaemon;

import com.jstorrent.iodaemon.config.AllowedOrigins;
import com.jstorrent.iodaemon.config.DownloadRoot;
import java.io.IOException;
import java.util.List;

/**
 * What a daemon can read again while it runs: the folders that clients may use, and the pages that
 * may be clients (PROTOCOL.md § 5.4).
 */
public record Profile(List<DownloadRoot> roots, AllowedOrigins origins) {
  public Profile {
    roots = List.copyOf(roots);
  }

  /** Where it comes from. */
  @FunctionalInterface
  public interface Source {
    /**
     * Reads it. May block; on the thread that asks for it.
     *
     * @throws IOException with one sentence and no path in it, when it cannot be read; what the daemon
     *     has stays in force
     */
    Profile read() throws IOException;
  }
}
