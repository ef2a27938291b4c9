package com.jstorrent.iodaemon.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.http.PathRoute.Answer;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.commons.codec.digest.DigestUtils;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * PROTOCOL.md § 6: a link to a file inside the root stands for that file; as an entry of its folder it stands for
 * itself.
 */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "links need a right there")
class LinksTest {
  /** How many links are followed. */
  private static final int MAX_LINKS = 40;

  @TempDir
  Path folder;
  private Path base;
  private Path root;
  private HttpDaemon daemon;

  @BeforeEach
  void start() throws Exception {
    base = folder.toRealPath();
    root = Files.createDirectories(base.resolve("root"));
    Files.createSymbolicLink(base.resolve("alias"), root);
    daemon = new HttpDaemon(base.resolve("alias"));
  }

  @AfterEach
  void stop() throws Exception {
    daemon.close();
  }

  private Answer ask(PathRoute route, String path) throws Exception {
    return route.ask(daemon, path.getBytes(UTF_8));
  }

  private void reset(Path target) throws Exception {
    Files.createDirectories(root.resolve("dir/deep"));
    Files.write(root.resolve("dir/target"), PathRoute.DATA);
    Files.write(root.resolve(PathRoute.VICTIM), PathRoute.DATA);
    link("here", "dir/target");
    link("folder", "dir/deep");
    link("dir/deep/up", "../target");
    link("link", target.toString());
  }

  private void link(String name, String target) throws Exception {
    Files.deleteIfExists(root.resolve(name));
    Files.createSymbolicLink(root.resolve(name), Path.of(target));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
          "dir/target", "ROOT/dir/target", "ALIAS/dir/target", "./dir/../dir/target", "here",
          "folder/up", "dir/deep/up", "../root/dir/target", "../alias/folder/up"
      })
  void aLinkToAFileIsTheFileAtEveryRoute(String spelled) throws Exception {
    Path link = root.resolve("link");
    Path target = root.resolve("dir/target");
    String sha1 = DigestUtils.sha1Hex(PathRoute.DATA);
    for (PathRoute route : PathRoute.values()) {
      reset(
          Path.of(
              spelled.replace("ROOT", root.toString())
                  .replace("ALIAS", base.resolve("alias").toString())));
      Answer answer = ask(route, "link");
      switch (route) {
        case LIST, ENSURE -> assertThat(answer.status()).as("%s", route).isEqualTo(400);
        default -> assertThat(answer.status()).as("%s: %s", route, answer).isEqualTo(200);
      }
      switch (route) {
        case READ -> assertThat(answer.text()).endsWith("\ndata");
        case STAT -> assertThat(answer.text()).contains("\"size\":4,", "\"is_file\":true");
        case OPEN_READ, OPEN_WRITE, OPEN_CREATE ->
            assertThat(answer.text()).contains("\"size\":4");
        case SHA1, FROM_FILE -> assertThat(answer.text()).contains(sha1);
        case TRUNCATE -> assertThat(target).hasSize(1);
        case DELETE, RENAME_FROM ->
            assertThat(Files.exists(link, LinkOption.NOFOLLOW_LINKS)).isFalse();
        case RENAME_TO ->
            assertThat(Files.isRegularFile(link, LinkOption.NOFOLLOW_LINKS)).isTrue();
        default -> {
        }
      }
      if (route == PathRoute.RENAME_FROM) {
        assertThat(root.resolve(PathRoute.FRESH)).isSymbolicLink();
      }
      if (route != PathRoute.TRUNCATE) {
        assertThat(target).as(route.toString()).hasBinaryContent(PathRoute.DATA);
      }
    }
  }

  @Test
  void writesByALinkGoToTheFile() throws Exception {
    reset(Path.of("here"));
    Files.writeString(root.resolve("dir/target"), "other text");
    assertThat(ask(PathRoute.WRITE, "link").status()).isEqualTo(200);
    assertThat(root.resolve("dir/target")).hasContent("datar text");
    assertThat(ask(PathRoute.BATCH, "folder/up").status()).isEqualTo(200);
    assertThat(root.resolve("link")).isSymbolicLink();
    assertThat(root.resolve("dir/deep/up")).isSymbolicLink();
  }

  @Test
  void handlesAndStreamsOfALinkAreThoseOfTheFile() throws Exception {
    reset(Path.of("dir/target"));
    String handle = daemon.open("link", "rw");
    assertThat(daemon.get("/stream/" + handle, Map.of()).body()).isEqualTo(PathRoute.DATA);
    assertThat(daemon.json("/files/" + handle + "/flush", "").statusCode()).isEqualTo(200);
    assertThat(daemon.json("/files/" + handle + "/preallocate?size=9", "").statusCode())
        .isEqualTo(200);
    assertThat(root.resolve("dir/target")).hasSize(9);
    assertThat(root.resolve("link")).isSymbolicLink();
  }

  @Test
  void aLinkThatIsTurnedElsewhereIsFollowedAnew() throws Exception {
    reset(Path.of("dir/target"));
    String handle = daemon.open("link", "rw");
    Files.writeString(root.resolve("other"), "other");
    link("link", "other");
    assertThat(daemon.get("/files/" + handle + "/read", Map.of()).body())
        .isEqualTo("other".getBytes(UTF_8));
    assertThat(ask(PathRoute.READ, "link").text()).endsWith("\nother");
    Files.writeString(base.resolve("secret"), "secret");
    for (String elsewhere : List.of("../secret", base.resolve("secret").toString(), "not there")) {
      link("link", elsewhere);
      HttpResponse<byte[]> refused = daemon.get("/files/" + handle + "/read", Map.of());
      assertThat(refused.statusCode()).as(elsewhere).isEqualTo(403);
      assertThat(ask(PathRoute.WRITE, "link").status()).isEqualTo(403);
      assertThat(ask(PathRoute.OPEN_CREATE, "link").status()).isEqualTo(403);
    }
    assertThat(base.resolve("secret")).hasContent("secret");
    assertThat(root.resolve("not there")).doesNotExist();
  }

  @Test
  void onlySoManyLinksAreFollowed() throws Exception {
    reset(Path.of("dir/target"));
    link("self", ".");
    String most = "self/".repeat(MAX_LINKS) + "dir/target";
    assertThat(ask(PathRoute.READ, most).text()).endsWith("\ndata");
    Answer refused = ask(PathRoute.READ, "self/" + most);
    assertThat(refused.status()).isEqualTo(403);
    assertThat(refused.text()).contains("more than " + MAX_LINKS + " links");
  }
}
