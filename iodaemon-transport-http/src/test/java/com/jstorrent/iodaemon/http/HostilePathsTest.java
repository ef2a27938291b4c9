package com.jstorrent.iodaemon.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.http.PathRoute.Answer;
import com.jstorrent.iodaemon.testkit.Program;
import java.io.RandomAccessFile;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.net.http.HttpTimeoutException;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.commons.codec.digest.DigestUtils;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** PROTOCOL.md § 6 at every route that takes a path: nothing outside the root is read or touched. */
@DisabledOnOs(value = OS.WINDOWS,
    disabledReason = "other names are legal there, and links need a right")
class HostilePathsTest {
  private static final List<String> DIGESTS =
      List.of(
          DigestUtils.sha1Hex(HostileFolders.CANARY), DigestUtils.sha256Hex(HostileFolders.CANARY));

  @TempDir
  Path folder;
  private HostileFolders folders;
  private HttpDaemon daemon;
  private Map<String, String> before;

  @BeforeEach
  void start() throws Exception {
    folders = new HostileFolders(folder);
    folders.reset();
    before = folders.beside();
    daemon = new HttpDaemon(folders.root);
  }

  @AfterEach
  void stop() throws Exception {
    daemon.close();
    folders.clear(); // JUnit would warn of each link that leads out of its folder
  }

  @ParameterizedTest
  @MethodSource("com.jstorrent.iodaemon.http.HostilePath#all")
  void noRouteLeadsOutOfTheRoot(HostilePath path) throws Exception {
    SoftAssertions all = new SoftAssertions();
    for (PathRoute route : PathRoute.values()) {
      if (path.aimsAtTheMachine() && !route.reads()) {
        continue;
      }
      folders.reset();
      Answer answer = route.ask(daemon, path.bytes());
      all.assertThat(path.allows(route, answer)).as("%s: %s", route, answer).isTrue();
      assertHarmless(route + " " + path, answer);
    }
    all.assertAll();
  }

  private void assertHarmless(String what, Answer answer) throws Exception {
    assertThat(answer.text())
        .as(what)
        .doesNotContain(HostileFolders.CANARY)
        .doesNotContain(DIGESTS)
        .doesNotContain("\"" + HostileFolders.SECRET + "\"", "root:x:0")
        .doesNotContain(folders.base.toString(), folder.toString(), "/etc", "Exception");
    assertThat(folders.root).as(what).isDirectory();
    assertThat(folders.beside()).as(what).isEqualTo(before);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
          "a..b", "..a", "a..", "a:b", "...", "....", "~", "~root", ".hidden", "C:", "c:x", "CON",
          "nul.txt", "x.", "x ", " x", "%2e%2e", "%2f", "%00", "a+b", "a&b=c", "a;b", "a?b", "a#b",
          "-rf", "*", "a|b", "<>", "\"", "a\nb", "\u007f", "é", "e\u0301", "文件", "😀", "\u202ea",
          "\ufeff", "\u2025", "${x}", "{k}", "a/b:c/~/...", "\\a\\b"
      })
  void legalNamesWorkAtEveryRoute(String text) throws Exception {

    byte[] path = text.getBytes(UTF_8);
    Path file = folders.root.resolve(text.replace('\\', '/').replaceFirst("^/+", ""));
    String parts = DigestUtils.sha256Hex("da") + "\"\n\"" + DigestUtils.sha256Hex("ta");
    for (PathRoute route : PathRoute.values()) {
      folders.reset();
      switch (route) {
        case WRITE, BATCH, OPEN_CREATE, ENSURE, RENAME_TO -> {
        }
        default -> {
          Files.createDirectories(file.getParent());
          Files.write(file, PathRoute.DATA);
        }
      }
      if (route == PathRoute.LIST) {
        Files.delete(file);
        Files.createDirectory(file);
        Files.write(file.resolve("entry"), PathRoute.DATA);
      }
      Answer answer = route.ask(daemon, path);
      assertThat(answer.status()).as("%s: %s", route, answer).isEqualTo(200);
      switch (route) {
        case WRITE, BATCH, RENAME_TO -> assertThat(file).hasBinaryContent(PathRoute.DATA);
        case OPEN_CREATE -> assertThat(file).isEmptyFile();
        case ENSURE -> assertThat(file).isDirectory();
        case DELETE, RENAME_FROM -> assertThat(file).doesNotExist();
        case TRUNCATE -> assertThat(file).hasSize(1);
        case READ -> assertThat(answer.text()).endsWith("\ndata");
        case STAT -> assertThat(answer.text()).contains("\"size\":4,", "\"is_file\":true");
        case LIST -> assertThat(answer.text()).endsWith("\n[\"entry\"]");
        case OPEN_READ, OPEN_WRITE -> assertThat(answer.text()).contains("\"size\":4");
        case SHA1 -> assertThat(answer.text()).endsWith("\n" + DigestUtils.sha1Hex(PathRoute.DATA));
        case SHA256 ->
            assertThat(answer.text()).endsWith("\n" + DigestUtils.sha256Hex(PathRoute.DATA));
        case FROM_FILE -> assertThat(answer.text()).contains(DigestUtils.sha1Hex(PathRoute.DATA));
        case PIECES -> assertThat(answer.text()).contains(parts);
      }
      assertHarmless(route.toString(), answer);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
          "/hash/sha1/../../../../etc/passwd?root_key=k", "/hash/sha1/../outside/secret?root_key=k",
          "/hash/sha1/%2e%2e/outside/secret?root_key=k",
          "/hash/sha1/%2E%2E%2Foutside%2Fsecret?root_key=k",
          "/hash/sha1/..%2foutside%2fsecret?root_key=k",
          "/hash/sha1/.%2e/outside/secret?root_key=k",
          "/hash/sha1/..%5coutside%5csecret?root_key=k",
          "/hash/sha1/..\\outside\\secret?root_key=k",
          "/hash/sha1/dir/..%5c..%2foutside/secret?root_key=k",
          "/hash/sha1/..;/outside/secret?root_key=k",
          "/hash/sha1/..%00/outside/secret?root_key=k", "/hash/sha1/victim%00?root_key=k",
          "/hash/sha1/%c0%ae%c0%ae/outside/secret?root_key=k",
          "/hash/sha1/..%c0%afoutside?root_key=k",
          "/hash/sha1/%252e%252e/outside/secret?root_key=k", "/hash/sha1/%u002e%u002e/x?root_key=k",
          "/hash/sha1/%?root_key=k", "/hash/sha1/%2?root_key=k", "/hash/sha1/%zz?root_key=k",
          "/hash/sha1/\u00c0\u00ae\u00c0\u00ae/x?root_key=k", "/hash/sha1/out/secret?root_key=k",
          "/hash/sha1/victim?root_key=../k", "/hash/sha1/secret?root_key=k%2f..%2foutside",
          "/hash/sha1/victim?root_key=", "/hash/sha1/victim", "/hash/sha1/victim?root_key=/etc",
          "/ops/stat?root_key=k&path=..%2foutside%2fsecret",
          "/ops/stat?root_key=k&path=../outside/secret",
          "/ops/stat?root_key=k&path=..%2foutside&path=victim", "/ops/stat?root_key=k&path=%2e%2e",
          "/ops/stat?root_key=k&path=out%2fsecret", "/ops/list?root_key=k&path=..",
          "/ops/list?root_key=k&path=out",
          "/ops/list?root_key=..&path=", "/ops/list?root_key=k", "/read/..", "/read/../etc/passwd",
          "/read/k/../../outside/secret", "/read/%2e%2e", "/read/k%2f..",
          "/stream/../outside/secret",
          "/stream/..%2foutside%2fsecret", "/files/..%2f..%2foutside%2fsecret/read",
          "/files/out/read"
      })
  void targetsThatAreSentByteByByteAreRefused(String target) throws Exception {
    try (RawHttp client = daemon.raw()) {
      client.send("GET " + target + " HTTP/1.1\nHost: localhost\nX-JST-Auth: tok\nX-Path-Base64: "
          + HttpDaemon.encoded("../outside/secret") + "\n\n");
      RawHttp.Answer answer = client.answer();
      assertThat(answer.status()).as(answer.toString()).isIn(400, 403, 404);
      assertHarmless(target, new Answer(answer.status(), answer.toString()));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
          "\"\\u002e\\u002e/outside/secret\"", "\"..\\/outside\\/secret\"",
          "\"\\u002e.\\u005coutside\"",
          "\"\\u0000\"", "\"victim\\u0000\"", "\"out/\\u0000/secret\"", "\"\\ud800\"",
          "\"\\udc00\\ud800/x\"",
          "\"a/\\ud800\"", "\"..\",\"path\":\"victim\"", "\"victim\",\"path\":\"..\"", "null", "1",
          "true",
          "[\"..\",\"outside\"]", "{\"path\":\"..\"}", "\"\\x2e\\x2e\"", "'..'", ".."
      })
  void pathsThatJsonSpellsInOtherWaysAreRefused(String value) throws Exception {
    Map<String, String> bodies =
        Map.of(
            "/files/ensure_dir", "\"path\":%s",
            "/ops/delete", "\"path\":%s",
            "/ops/truncate", "\"length\":0,\"path\":%s",
            "/ops/rename", "\"to\":\"fresh\",\"path\":%s",
            "/files/open", "\"mode\":\"create\",\"path\":%s",
            "/hash/from-file",
            "\"algorithm\":\"sha1\",\"fileRanges\":[{\"root_key\":\"k\",\"path\":%s}]");
    for (Map.Entry<String, String> body : bodies.entrySet()) {
      folders.reset();
      Answer answer = PathRoute.json(daemon, body.getKey(), body.getValue().formatted(value));
      assertThat(answer.status()).as("%s %s", body.getKey(), answer).isIn(400, 404);
      assertHarmless(body.getKey(), answer);
      assertThat(folders.root.resolve(PathRoute.VICTIM)).hasBinaryContent(PathRoute.DATA);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
          "../outside/secret", "%2e%2e", "Li4=x", "Li4\\=", "Li4-", "Li4_", "L i4=", "====", "*"
      })
  void headersThatAreNoBase64AreRefused(String header) throws Exception {
    Answer answer =
        PathRoute.send(daemon, daemon.request("/read/k").header("X-Path-Base64", header));
    assertThat(answer.status()).isEqualTo(400);
    assertHarmless(header, answer);
  }

  @Test
  void aPathThatIsGivenTwiceIsRefused() throws Exception {
    String victim = HttpDaemon.encoded(PathRoute.VICTIM);
    Answer answer =
        PathRoute.send(
            daemon,
            daemon.request("/read/k")
                .header("X-Path-Base64", victim)
                .header("X-Path-Base64", victim));
    assertThat(answer.status()).isEqualTo(400);
  }

  @Test
  void latin1NamesAreCheckedAsUtf8Ones() throws Exception {
    byte[] latin1 = {'.', '.', '/', (byte) 0xe9};
    Answer answer =
        PathRoute.send(
            daemon,
            daemon.request("/read/k")
                .header("X-Path-Base64", Base64.getEncoder().encodeToString(latin1)));
    assertThat(answer.status()).isEqualTo(400);
    byte[] tooLong = new byte[128];
    Arrays.fill(tooLong, (byte) 0xe9);
    assertThat(PathRoute.WRITE.ask(daemon, tooLong).status())
        .as("each is two bytes of UTF-8")
        .isEqualTo(400);
  }

  @Test
  void linksThatStayInTheRootAreFollowed() throws Exception {
    assertThat(PathRoute.READ.ask(daemon, "inside/inner".getBytes(UTF_8)).text())
        .endsWith("\ndata");
    assertThat(PathRoute.READ.ask(daemon, "self/inside/inner".getBytes(UTF_8)).text())
        .endsWith("\ndata");
    assertThat(PathRoute.LIST.ask(daemon, "inside".getBytes(UTF_8)).text()).contains("\"inner\"");
  }

  @Test
  void aLinkToTheRootItselfIsFollowed() throws Exception {
    for (PathRoute route : Set.of(PathRoute.STAT, PathRoute.LIST, PathRoute.ENSURE)) {
      Answer answer = route.ask(daemon, "self".getBytes(UTF_8));
      assertThat(answer.status()).as("%s: %s", route, answer).isEqualTo(200);
    }
    assertThat(PathRoute.DELETE.ask(daemon, "self".getBytes(UTF_8)).status()).isEqualTo(200);
    assertThat(folders.root.resolve("self")).doesNotExist();
    assertThat(folders.root.resolve(PathRoute.VICTIM)).exists();
  }

  @Test
  void aFolderIsNotMovedIntoItselfByWayOfALink() throws Exception {
    Answer answer =
        PathRoute.json(daemon, "/ops/rename", "\"path\":\"dir\",\"to\":\"inside/new\"");
    assertThat(answer.status()).as(answer.toString()).isEqualTo(400);
    assertThat(folders.root.resolve("dir/inner")).exists();
  }

  @Test
  void aPipeBlocksNoRequest() throws Exception {
    Program.assumeThere("mkfifo", "--version");
    for (PathRoute route : PathRoute.values()) {
      for (String path : List.of("pipe", "pipe/x", "link", "link/x")) {
        folders.reset();
        Path pipe = folders.root.resolve("pipe");
        try (Program mkfifo = Program.start("mkfifo", pipe.toString())) {
          mkfifo.awaitExit();
        }
        Files.createSymbolicLink(folders.root.resolve("link"), Path.of("pipe"));
        assertNoFile(route, path, pipe);
      }
    }
  }

  private void assertNoFile(PathRoute route, String path, Path special) throws Exception {
    Answer answer;
    try {
      answer = route.ask(daemon, path.getBytes(UTF_8));
    } catch (HttpTimeoutException e) {
      new RandomAccessFile(special.toFile(), "rw").close(); // lets the blocked thread go
      throw new AssertionError(route + " of " + path + " blocks a thread of the daemon.", e);
    }
    boolean entry =
        Set.of(PathRoute.DELETE, PathRoute.RENAME_FROM, PathRoute.RENAME_TO).contains(route)
            || route == PathRoute.STAT;
    assertThat(answer.status())
        .as("%s of %s: %s", route, path, answer)
        .isIn(entry && !path.endsWith("/x") ? Set.of(200) : Set.of(400, 403, 404));
    assertHarmless(route + " " + path, answer);
  }

  @Test
  void aSocketIsNoFile() throws Exception {
    for (PathRoute route : PathRoute.values()) {
      for (String path : List.of("socket", "socket/x")) {
        folders.reset();
        Path socket = folders.root.resolve("socket");
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
          server.bind(UnixDomainSocketAddress.of(socket));
          assertNoFile(route, path, socket);
        }
      }
    }
  }

  @Test
  void theRootIsNeitherDeletedNorRenamed() throws Exception {
    for (String path : List.of("", "/", "\\")) {
      assertThat(PathRoute.DELETE.ask(daemon, path.getBytes(UTF_8)).status()).isEqualTo(400);
      assertThat(PathRoute.RENAME_FROM.ask(daemon, path.getBytes(UTF_8)).status()).isEqualTo(400);
      assertThat(PathRoute.RENAME_TO.ask(daemon, path.getBytes(UTF_8)).status()).isEqualTo(400);
      assertThat(folders.root.resolve(PathRoute.VICTIM)).exists();
      assertThat(folders.root.resolve("out")).as("a link").isSymbolicLink();
    }
  }
}
