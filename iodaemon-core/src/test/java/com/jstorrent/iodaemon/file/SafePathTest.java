package com.jstorrent.iodaemon.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.jstorrent.iodaemon.config.DownloadRoot;
import com.jstorrent.iodaemon.failure.FailureCode;
import com.jstorrent.iodaemon.failure.OperationFailure;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Base64;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** PROTOCOL.md § 6: pairs of allowed paths and paths out of the root. */
class SafePathTest {
  @TempDir
  Path folder;
  private Path inside;
  private Path outside;
  private DownloadRoot root;

  @BeforeEach
  void makeFolders() throws Exception {
    inside = Files.createDirectories(folder.toRealPath().resolve("root"));
    outside = Files.createDirectories(folder.toRealPath().resolve("outside"));
    root = DownloadRoot.of("k", inside);
  }

  @ParameterizedTest
  @CsvSource({
      "a,a", "a/b,a/b", "/a,a", "///a/b,a/b", "a\\b,a/b", "\\\\a,a", "a..b,a..b", "..a,..a",
      "a..,a..",
      "...,...", "a:b,a:b", ".hidden,.hidden", "x y,x y", "%2e%2e,%2e%2e", "~,~"
  })
  void ordinaryPathsAreBelowTheRoot(String text, String expected) throws Exception {
    assertThat(SafePath.of(text)).hasToString(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
          "..", ".", "../x", "a/../b", "a/..", "a/./b", "./a", "..\\x", "a\\..\\..\\x", "/..",
          "//../x",
          "a//b", "a/", "a\\", "a\0b", "\0", "a/b\0/c"
      })
  void otherPathsAreRefused(String text) {
    assertRefused(FailureCode.EINVAL, () -> SafePath.of(text));
  }

  @Test
  void componentsAreLimitedTo255Bytes() throws Exception {
    SafePath.of("x".repeat(255));
    SafePath.of("é".repeat(127) + "/" + "y".repeat(255));
    assertRefused(FailureCode.EINVAL, () -> SafePath.of("x".repeat(256)));
    assertRefused(FailureCode.EINVAL, () -> SafePath.of("é".repeat(128)));
  }

  @Test
  void emptyPathsNameTheRootItself() throws Exception {
    for (String text : new String[] {"", "/", "\\", "///"}) {
      assertThat(SafePath.of(text).isRoot()).isTrue();
    }
  }

  @Test
  void base64IsReadAsUtf8OrElseLatin1() throws Exception {
    String name = "Ünïcode/文件";
    String utf8 = Base64.getEncoder().encodeToString(name.getBytes(StandardCharsets.UTF_8));
    assertThat(SafePath.ofBase64(utf8)).hasToString(name);
    byte[] latin1 = "Ünicode".getBytes(StandardCharsets.ISO_8859_1);
    assertThat(SafePath.ofBase64(Base64.getEncoder().encodeToString(latin1)))
        .hasToString("Ünicode");
    for (String broken : new String[] {"!", "a", "YQ==YQ==", "Y Q=="}) {
      assertRefused(FailureCode.EINVAL, () -> SafePath.ofBase64(broken));
    }
  }

  @Test
  void linksMayLeadAnywhereInTheRootButNotOutOfIt() throws Exception {
    Files.createDirectories(inside.resolve("real"));
    Files.createSymbolicLink(inside.resolve("good"), inside.resolve("real"));
    Files.createSymbolicLink(inside.resolve("bad"), outside);
    Files.createSymbolicLink(inside.resolve("up"), Path.of(".."));
    assertThat(opened("good/x")).isEqualTo(inside.resolve("real/x"));
    for (String text : new String[] {"bad", "bad/x", "up", "up/outside/x"}) {
      assertRefused(FailureCode.EACCES, () -> opened(text));
    }
  }

  @Test
  void danglingLinksAreRefused() throws Exception {
    Files.createSymbolicLink(inside.resolve("later"), outside.resolve("not yet there"));
    assertRefused(FailureCode.EACCES, () -> opened("later"));
  }

  @Test
  void aRootThatIsALinkIsFollowed() throws Exception {
    Path link = Files.createSymbolicLink(folder.resolve("link"), inside);
    root = DownloadRoot.of("k", link);
    assertThat(opened("x")).isEqualTo(inside.resolve("x"));
  }

  @Test
  void aMissingRootIsReportedAsMissing() {
    root = DownloadRoot.of("k", folder.resolve("gone"));
    assertRefused(FailureCode.ENOENT, () -> opened("x"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
          "C:", "c:x", "a:b", "CON", "con.txt", "nul", "Aux.", "COM1", "lpt9.log", "com¹", "x.",
          "x ",
          "a|b", "a?", "a*", "<", "a\"b", "tab\t"
      })
  void reservedNamesAreRefusedOnWindows(String name) {
    assertThat(SafePath.WindowsNames.legal(name)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "console", "a.con", "COM", "COM10", "nul1", ".x", "a b", "x.y.z"})
  void ordinaryNamesAreLegalOnWindows(String name) {
    assertThat(SafePath.WindowsNames.legal(name)).isTrue();
  }

  /** The real path of a file after opening it for writing. */
  private Path opened(String text) throws OperationFailure {
    return FolderWalk.creating(new FileLocation(root, SafePath.of(text)))
        .then(
            (folder, name) -> {
              folder
                  .openFile(
                      name,
                      Set.of(
                          StandardOpenOption.WRITE,
                          StandardOpenOption.CREATE,
                          LinkOption.NOFOLLOW_LINKS))
                  .close();
              return folder.path().resolve(name);
            });
  }

  private interface Attempt {
    void run() throws OperationFailure;
  }

  private void assertRefused(FailureCode code, Attempt attempt) {
    assertThatThrownBy(attempt::run)
        .isInstanceOf(OperationFailure.class)
        .satisfies(e -> assertThat(((OperationFailure) e).code()).isEqualTo(code))
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain(folder.toString()));
  }
}
