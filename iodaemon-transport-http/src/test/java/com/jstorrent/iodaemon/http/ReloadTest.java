package com.jstorrent.iodaemon.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.IoDaemon;
import com.jstorrent.iodaemon.Profile;
import com.jstorrent.iodaemon.config.AllowedOrigins;
import com.jstorrent.iodaemon.config.DownloadRoot;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** PROTOCOL.md § 5.4: roots and origins are read again, both or neither. */
class ReloadTest {
  private static final String OLD = "https://old.test";
  private static final String NEW = "https://new.test";

  @TempDir
  Path folder;

  private volatile Profile.Source source;
  private HttpDaemon daemon;

  @BeforeEach
  void start() throws Exception {
    daemon =
        new HttpDaemon(
            IoDaemon.builder()
                .root("old", folder)
                .allowedOrigin(OLD)
                .profile(() -> source.read()));
  }

  @AfterEach
  void stop() {
    daemon.close();
  }

  private HttpResponse<byte[]> reload() throws Exception {
    return daemon.post("/api/read-rpc-info-from-disk", new byte[0], Map.of());
  }

  private void assertServes(String root, String origin) throws Exception {
    for (String key : List.of("old", "new")) {
      assertThat(daemon.get("/ops/list?path=&root_key=" + key, Map.of()).statusCode())
          .as(key)
          .isEqualTo(key.equals(root) ? 200 : 403);
    }
    for (String page : List.of(OLD, NEW)) {
      assertThat(
          daemon.get("/health", Map.of("Origin", page))
              .headers()
              .firstValue("Access-Control-Allow-Origin")
              .isPresent())
          .as(page)
          .isEqualTo(page.equals(origin));
    }
  }

  private Profile profile(DownloadRoot... roots) {
    return new Profile(List.of(roots), new AllowedOrigins(Set.of(NEW), false));
  }

  @Test
  void rootsAndOriginsChangeTogether() throws Exception {
    assertServes("old", OLD);
    source = () -> profile(DownloadRoot.of("new", folder));
    HttpResponse<byte[]> answer = reload();
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(Answers.text(answer)).isEqualTo("{}");
    assertServes("new", NEW);
  }

  @Test
  void aProfileThatCannotBeReadChangesNothing() throws Exception {
    source =
        () -> {
          throw new IOException("/home/user/secret cannot be read.");
        };
    Answers.assertFailure(reload(), 500, "EIO");
    assertServes("old", OLD);
  }

  @Test
  void aProfileWithOneKeyForTwoRootsChangesNothing() throws Exception {
    source = () -> profile(DownloadRoot.of("new", folder), DownloadRoot.of("new", folder));
    Answers.assertFailure(reload(), 500, "EIO");
    assertServes("old", OLD);
  }

  @Test
  void aSourceWithADefectChangesNothing() throws Exception {
    source =
        () -> {
          throw new IllegalStateException("A defect.");
        };
    Answers.assertFailure(reload(), 500, "EIO");
    assertServes("old", OLD);
  }

  @Test
  void withoutASourceNothingHappens() throws Exception {
    try (HttpDaemon plain = new HttpDaemon(folder)) {
      HttpResponse<byte[]> answer =
          plain.post("/api/read-rpc-info-from-disk", new byte[0], Map.of());
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(Answers.text(answer)).isEqualTo("{}");
      assertThat(plain.get("/ops/list?path=&root_key=k", Map.of()).statusCode()).isEqualTo(200);
    }
  }
}
