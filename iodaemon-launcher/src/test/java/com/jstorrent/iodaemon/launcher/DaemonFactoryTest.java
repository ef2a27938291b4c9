package com.jstorrent.iodaemon.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.IoDaemon;
import com.jstorrent.iodaemon.config.DownloadRoot;
import com.jstorrent.iodaemon.event.DaemonListener;
import com.jstorrent.iodaemon.launcher.CommandLineParser.Request;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DaemonFactoryTest {

  private static LaunchOptions options(String... arguments) throws LaunchFailure {
    Request request =
        new CommandLineParser(() -> "1", InputStream.nullInputStream()).parse(arguments);
    return ((Request.Serve) request).options();
  }

  @Test
  void aRootMayBeMissingAtTheStart(@TempDir Path folder) throws Exception {
    Path unplugged = folder.resolve("unplugged");
    try (IoDaemon daemon =
        new DaemonFactory(Map.of(), DaemonListener.NONE, counters -> {})
            .make(options("--token", "t", "--root", "films=" + unplugged))
            .start()) {
      assertThat(daemon.roots()).containsExactly(DownloadRoot.of("films", unplugged));
    }
  }
}
