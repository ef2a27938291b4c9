package com.jstorrent.iodaemon;

import com.jstorrent.iodaemon.config.AllowedOrigins;
import com.jstorrent.iodaemon.config.DownloadRoot;
import java.io.IOException;
import java.util.List;

/**
 * What a daemon can re-read while it runs: the folders that clients may use, and the origins of the
 * pages that may be clients (PROTOCOL.md § 5.4).
 */
public record Profile(List<DownloadRoot> roots, AllowedOrigins origins) {
  public Profile {
    roots = List.copyOf(roots);
  }

  /** Where a profile is read from. */
  @FunctionalInterface
  public interface Source {
    /**
     * Reads the profile. Called on the thread that asks for it, and may block.
     *
     * @throws IOException when it cannot be read, with a sentence that contains no path; the daemon
     *     then keeps what it has
     */
    Profile read() throws IOException;
  }
}
