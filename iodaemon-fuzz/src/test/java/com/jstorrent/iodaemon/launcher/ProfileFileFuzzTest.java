package com.jstorrent.iodaemon.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.jstorrent.iodaemon.config.DownloadRoot;
import com.jstorrent.iodaemon.fuzz.Defects;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** Any bytes in rpc-info.json give a usable profile, or none. */
class ProfileFileFuzzTest {
  @TempDir
  static Path folder;

  private static Defects defects;

  @BeforeAll
  static void begin() {
    defects = new Defects();
  }

  @AfterAll
  static void end() {
    defects.close();
  }

  @FuzzTest
  void files(byte[] bytes) throws IOException {
    Path file = Files.write(folder.resolve("rpc-info.json"), bytes);
    ProfileFile.Profile profile = new ProfileFile(file).read("i");
    if (profile != null) {
      assertThat(profile.extensionId()).isNotEqualTo("");
      assertThat(profile.roots()).allMatch(root -> root.path().isAbsolute());
      assertThat(profile.roots().stream().map(DownloadRoot::key)).doesNotHaveDuplicates()
          .allMatch(key -> !key.isEmpty());
    }
    defects.assertNone();
  }
}
