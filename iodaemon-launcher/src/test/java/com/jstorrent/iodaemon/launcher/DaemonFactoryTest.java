package com.jstorrent.iodaemon.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.IoDaemon;
import com.jstorrent.iodaemon.event.DaemonListener;
import com.jstorrent.iodaemon.file.DownloadRoot;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DaemonFactoryTest {

  private static LaunchOptions options(Map<String, Path> roots) {
    return new LaunchOptions(
        0,
        "t",
        new LaunchOptions.Folders(null, roots),
        false,
        new LaunchOptions.Life(0, Duration.ZERO),
        new LaunchOptions.Log(null, LogLevel.info));
  }

  @Test
  void aRootMayBeMissingAtTheStart(@TempDir Path folder) throws Exception {
    Path unplugged = folder.resolve("unplugged");
    try (IoDaemon daemon =
        new DaemonFactory(Map.of(), DaemonListener.NONE)
            .make(options(Map.of("films", unplugged)))
            .start()) {
      assertThat(daemon.roots().all()).containsExactly(DownloadRoot.of("films", unplugged));
    }
  }
}
