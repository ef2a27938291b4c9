package com.jstorrent.iodaemon.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.http.PathRoute.Answer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** PROTOCOL.md § 6: a name that the disk cannot hold is the fault of the request, at every route. */
@EnabledOnOs(value = OS.LINUX,
    disabledReason = "disks are mounted and paths are bounded otherwise elsewhere")
class RefusedNamesTest {
  private static final int LONGEST_PATH = 4095;

  @TempDir
  Path folder;

  private static Answer ask(HttpDaemon daemon, PathRoute route, String path) throws Exception {
    return route.ask(daemon, path.getBytes(UTF_8));
  }

  @Test
  void namesThatTheDiskRefusesAreRefused() throws Exception {
    try (NtfsDisk disk = NtfsDisk.mount(folder);
        HttpDaemon daemon = new HttpDaemon(disk.root)) {
      for (String name : List.of("a:b.mkv", "what?", "*", "a|b", "<x>", "\"x\"", "x.", "x ",
          "a\u0001b", "CON", "nul.txt")) {
        for (String path : List.of(name, name + "/x", "dir/" + name)) {
          for (PathRoute route : PathRoute.values()) {
            Files.write(disk.root.resolve(PathRoute.VICTIM), PathRoute.DATA);
            assertRefused(route, path, ask(daemon, route, path));
          }
        }
      }
      try (var entries = Files.list(disk.root)) {
        assertThat(entries.map(Path::getFileName).map(Path::toString))
            .containsExactlyInAnyOrder("dir", PathRoute.VICTIM);
      }
      assertThat(disk.root.resolve("dir")).isEmptyDirectory();
      assertThat(ask(daemon, PathRoute.WRITE, "dir/a;b.mkv").status()).isEqualTo(200);
    }
  }

  @Test
  void pathsThatTheSystemRefusesAreRefused() throws Exception {
    Path root = folder.toRealPath();
    while (root.toString().length() < LONGEST_PATH - 250) {
      root = Files.createDirectory(root.resolve("x".repeat(200)));
    }
    String name = "y".repeat(LONGEST_PATH - root.toString().length());
    try (HttpDaemon daemon = new HttpDaemon(root)) {
      for (PathRoute route : PathRoute.values()) {
        Files.write(root.resolve(PathRoute.VICTIM), PathRoute.DATA);
        assertRefused(route, name + "/x", ask(daemon, route, name + "/x"));
      }
      assertThat(ask(daemon, PathRoute.WRITE, name.substring(2)).status()).isEqualTo(200);
    }
  }

  /** A route that creates nothing may also answer that there is no such file. */
  private static void assertRefused(PathRoute route, String path, Answer answer) {
    switch (route) {
      case WRITE, BATCH, OPEN_CREATE, ENSURE, RENAME_TO -> {
        assertThat(answer.status()).as("%s %s: %s", route, path, answer).isEqualTo(400);
        assertThat(answer.text()).contains("choose a");
      }
      default -> assertThat(answer.status()).as("%s %s: %s", route, path, answer).isIn(400, 404);
    }
  }
}
