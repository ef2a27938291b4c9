package com.jstorrent.iodaemon.launcher;

import com.jstorrent.iodaemon.config.DownloadRoot;
import java.nio.file.Files;
import java.util.List;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs where a daemon listens and what it serves. Neither the token nor a path is logged. */
final class StartReport {
  private static final Logger LOG = LoggerFactory.getLogger(StartReport.class);

  private StartReport() {}

  /**
   * Logs the warnings, the port and the roots. Does not block: whether a root exists is checked on a thread of its
   * own, because a disk that hangs may block it for ever. A virtual thread would also block its carrier, and so
   * keep others from being served.
   */
  static void log(int port, List<DownloadRoot> roots, List<String> warnings) {
    warnings.forEach(LOG::warn);
    LOG.info(
        "Listening on http://127.0.0.1:{}; the status page is at that address and asks for the token.",
        port);
    if (roots.isEmpty()) {
      LOG.info("There are no download roots; --root or a profile names some.");
      return;
    }
    LOG.info(
        "Serving the download roots {}.",
        roots.stream().map(StartReport::name).collect(Collectors.joining(", ")));
    for (DownloadRoot root : roots) {
      begin(() -> check(root));
    }
  }

  private static void begin(Runnable check) {
    try {
      Thread.ofPlatform().daemon().name("iodaemon-root-check").start(check);
    } catch (OutOfMemoryError e) {
      LOG.warn("The system has no thread left to look at a download root.");
    }
  }

  private static void check(DownloadRoot root) {
    if (!Files.isDirectory(root.path())) {
      LOG.warn(
          "The download root {} is not there: create its folder, or correct its path. Clients get"
              + " errors until then.",
          name(root));
    }
  }

  /** The key on one line, whatever is in it. */
  private static String name(DownloadRoot root) {
    return root.key()
        .codePoints()
        .map(c -> Character.isISOControl(c) ? '?' : c)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }
}
