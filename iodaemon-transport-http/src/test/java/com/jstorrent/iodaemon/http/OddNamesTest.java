package com.jstorrent.iodaemon.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.http.PathRoute.Answer;
import com.jstorrent.iodaemon.json.Json;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.commons.codec.digest.DigestUtils;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * PROTOCOL.md § 6: names on the disk that a client cannot write as they are. Every route accepts a name as it is
 * listed. The names are given as they are spelled in URIs.
 */
@EnabledOnOs(value = OS.LINUX, disabledReason = "names are text elsewhere")
class OddNamesTest {
  private static final String LATIN_1 = "caf%E9.txt";

  @AutoClose
  private final HttpFixture fixture = new HttpFixture();
  private final Path root = fixture.folder;
  private final HttpDaemon daemon = fixture.daemon;

  private static Path named(Path folder, String escaped) {
    return folder.resolve(Path.of("/").relativize(Path.of(URI.create("file:///" + escaped))));
  }

  private Answer ask(PathRoute route, String path) throws Exception {
    return route.ask(daemon, path.getBytes(UTF_8));
  }

  /** The only name in a folder, as it is listed. */
  private String listed(String path) throws Exception {
    HttpResponse<byte[]> response =
        daemon.get("/ops/list?root_key=k&path=" + PathRoute.escaped(path.getBytes(UTF_8), ""),
            Map.of());
    assertThat(response.statusCode()).isEqualTo(200);
    String names = "{\"names\":" + new String(response.body(), UTF_8) + "}";
    assertThat((List<?>) Json.readObject(names).get("names")).hasSize(1);
    return (String) ((List<?>) Json.readObject(names).get("names")).get(0);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
          LATIN_1, "%CE%C4%BC%FE.avi", "%FF", "%E2%82", "%C0%AE%C0%AE", "%ED%A0%80", "%C3%A9%E9",
          "%EE%BF%A9", "%EE%BD%9C", "%EF%BF%BD", "a%5Cb", "..%5C..%5Cx", "%5C", "%E6%96%87"
      })
  void whatIsListedIsTakenByEveryRoute(String escaped) throws Exception {
    String parts = DigestUtils.sha256Hex("da") + "\"\n\"" + DigestUtils.sha256Hex("ta");
    for (PathRoute route : PathRoute.values()) {
      Path folder = Files.createDirectory(root.resolve(route.name()));
      Path file = named(folder, escaped);
      Files.write(root.resolve(PathRoute.VICTIM), PathRoute.DATA);
      Files.write(file, PathRoute.DATA);
      String path = route.name() + "/" + listed(route.name());
      switch (route) {
        case WRITE, BATCH, OPEN_CREATE, ENSURE, RENAME_TO -> Files.delete(file);
        case LIST -> {
          Files.delete(file);
          Files.createDirectory(file);
          Files.write(named(file, escaped), PathRoute.DATA);
        }
        default -> {
        }
      }
      Answer answer = ask(route, path);
      assertThat(answer.status()).as("%s: %s", route, answer).isEqualTo(200);
      switch (route) {
        case WRITE, BATCH, RENAME_TO -> assertThat(file).hasBinaryContent(PathRoute.DATA);
        case OPEN_CREATE -> assertThat(file).isEmptyFile();
        case ENSURE -> assertThat(file).isDirectory();
        case DELETE, RENAME_FROM -> assertThat(file).doesNotExist();
        case TRUNCATE -> assertThat(file).hasSize(1);
        case READ -> assertThat(answer.text()).endsWith("\ndata");
        case STAT -> assertThat(answer.text()).contains("\"size\":4,", "\"is_file\":true");
        case LIST -> assertThat(path).endsWith("/" + listed(path));
        case OPEN_READ, OPEN_WRITE -> assertThat(answer.text()).contains("\"size\":4");
        case SHA1 -> assertThat(answer.text()).endsWith("\n" + DigestUtils.sha1Hex(PathRoute.DATA));
        case SHA256 ->
            assertThat(answer.text()).endsWith("\n" + DigestUtils.sha256Hex(PathRoute.DATA));
        case FROM_FILE -> assertThat(answer.text()).contains(DigestUtils.sha1Hex(PathRoute.DATA));
        case PIECES -> assertThat(answer.text()).contains(parts);
      }
    }
  }

  @Test
  void namesThatClientsWriteAreListedAsTheyWereWritten() throws Exception {
    for (String name : List.of("caf\u00e9", "\ufffd", "%E9", "\u6587", "a:b", "\ue000")) {
      Files.createDirectory(root.resolve("d"));
      assertThat(ask(PathRoute.WRITE, "d/" + name).status()).isEqualTo(200);
      assertThat(listed("d")).isEqualTo(name);
      assertThat(ask(PathRoute.DELETE, "d").status()).isEqualTo(200);
    }
  }

  @Test
  void treesOfSuchNamesAreDeleted() throws Exception {
    Path tree = root.resolve("tree");
    Path folder = named(tree, "sub%FF");
    Files.createDirectories(named(folder, "%E9/%5C"));
    Files.write(named(folder, LATIN_1), PathRoute.DATA);
    Files.write(named(folder, "z"), PathRoute.DATA);
    Files.createSymbolicLink(named(folder, "link%E9"), folder);
    Answer answer = ask(PathRoute.DELETE, "tree");
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    assertThat(tree).doesNotExist();
  }

  @Test
  void foldersOfSuchNamesAreWaysToOtherFiles() throws Exception {
    Path folder = Files.createDirectories(named(root, "%E9/%FF"));
    String path = listed("") + "/" + listed(listed(""));
    assertThat(ask(PathRoute.WRITE, path + "/deeper/file").status()).isEqualTo(200);
    assertThat(folder.resolve("deeper/file")).hasBinaryContent(PathRoute.DATA);
    assertThat(ask(PathRoute.READ, path + "/deeper/file").text()).endsWith("\ndata");
  }

  @Test
  void linksLeadToSuchNamesAndHaveThem() throws Exception {
    Files.write(named(root, LATIN_1), PathRoute.DATA);
    String name = listed("");
    Files.createSymbolicLink(root.resolve("link"), named(root, LATIN_1).getFileName());
    Files.createSymbolicLink(named(root, "%FF"), Path.of("link"));
    for (String link : List.of("link", "\uefff", name)) {
      assertThat(ask(PathRoute.READ, link).text()).endsWith("\ndata");
      assertThat(ask(PathRoute.WRITE, link).status()).isEqualTo(200);
    }
  }

  @Test
  void aRootMayHaveSuchAName() throws Exception {
    Path odd = Files.createDirectory(named(root, "root%E9%5C"));
    Files.createDirectory(odd.resolve("d"));
    Files.createSymbolicLink(odd.resolve("link"), named(odd, "d/%FF"));
    Files.write(named(odd, "d/%FF"), PathRoute.DATA);
    try (HttpDaemon other = new HttpDaemon(odd)) {
      for (String path : List.of("link", "d/\uefff", "d/new")) {
        assertThat(PathRoute.WRITE.ask(other, path.getBytes(UTF_8)).status()).isEqualTo(200);
        assertThat(PathRoute.READ.ask(other, path.getBytes(UTF_8)).text()).endsWith("\ndata");
      }
      assertThat(new String(other.get("/roots", Map.of()).body(), UTF_8))
          .contains("\"available\":true");
    }
    assertThat(odd.resolve("d/new")).hasBinaryContent(PathRoute.DATA);
  }

  @Test
  void handlesAndStreamsKnowSuchNames() throws Exception {
    Files.write(named(root, LATIN_1), PathRoute.DATA);
    String name = listed("");
    String handle = daemon.open(name, "rw");
    HttpResponse<byte[]> stream = daemon.get("/stream/" + handle, Map.of());
    assertThat(stream.body()).isEqualTo(PathRoute.DATA);
    assertThat(stream.headers().firstValue("Content-Type")).contains("text/plain; charset=utf-8");
    HttpResponse<byte[]> ticket = daemon.json("/stream/ticket", "{\"fileId\":\"" + handle + "\"}");
    String url = (String) Answers.object(ticket).get("url");
    assertThat(url).endsWith("/caf%EE%BF%A9.txt");
    assertThat(daemon.get(url, Map.of()).body()).isEqualTo(PathRoute.DATA);
    assertThat(daemon.json("/files/" + handle + "/flush", "").statusCode()).isEqualTo(200);
    Answer moved =
        PathRoute.json(
            daemon,
            "/ops/rename",
            PathRoute.field("path", name) + "," + PathRoute.field("to", "\uefff/\uefe9"));
    assertThat(moved.status()).as(moved.text()).isEqualTo(200);
    assertThat(named(root, "%FF/%E9")).hasBinaryContent(PathRoute.DATA);
    assertThat(daemon.get("/files/" + handle + "/read", Map.of()).body()).isEqualTo(PathRoute.DATA);
  }
}
