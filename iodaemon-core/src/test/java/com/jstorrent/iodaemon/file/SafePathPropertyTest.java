package com.jstorrent.iodaemon.file;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import com.jstorrent.iodaemon.config.DownloadRoot;
import com.jstorrent.iodaemon.failure.FailureCode;
import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.stats.live.Stats;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/** PROTOCOL.md § 6 for random texts. */
class SafePathPropertyTest {
  private static final int LONGEST = 255;

  @Property(tries = 20_000)
  void noComponentIsHostile(@ForAll("texts") String text) {
    try {
      SafePath path = SafePath.of(text);
      for (String component : path.components()) {
        assertThat(component).isNotIn("", ".", "..").doesNotContain("\0", "/", "\\");
        assertThat(NameEscapes.length(component)).isLessThanOrEqualTo(LONGEST);
      }
      assertThat(path.isRoot()).isEqualTo(text.matches("[/\\\\]*"));
    } catch (OperationFailure e) {
      assertThat(e.code()).isEqualTo(FailureCode.EINVAL);
      assertThat(text)
          .containsPattern("(^|[/\\\\])\\.{0,2}([/\\\\]|$)|\0|[^/\\\\]{64}|[\\ud800-\\udfff]");
    }
  }

  @Property(tries = 5000)
  void arbitraryHeaderBytesGiveNoHostileComponent(@ForAll("bytes") byte[] bytes) {
    try {
      for (String component : SafePath.ofBase64(Base64.getEncoder().encodeToString(bytes))
          .components()) {
        assertThat(component).isNotIn("", ".", "..").doesNotContain("\0", "/", "\\");
      }
    } catch (OperationFailure e) {
      assertThat(e.code()).isEqualTo(FailureCode.EINVAL);
    }
  }

  @Property(tries = 1000)
  void acceptedPathsAreBelowTheRoot(@ForAll("texts") String text) throws Exception {
    try (FileSystem memory = Jimfs.newFileSystem(Configuration.unix())) {
      writeBelow(Files.createDirectories(memory.getPath("/base/root")), text);
    }
  }

  @Property(tries = 500)
  void acceptedPathsAreBelowARealRoot(@ForAll("texts") String text) throws Exception {
    Path base = Files.createTempDirectory("iodaemon-paths");
    try {
      // So deep that no text leads out of the temporary folder, even if the daemon has a defect.
      writeBelow(Files.createDirectories(base.resolve("1/2/3/4/5/6/7/8/9/root")), text);
    } finally {
      for (Path path : walk(base)) {
        Files.delete(path);
      }
    }
  }

  private static void writeBelow(Path root, String text) throws IOException {
    Path base = root.getParent();
    Files.write(base.resolve("beside"), new byte[] {1});
    try (FileService files =
        new FileService(
            new DownloadRoots(List.of(DownloadRoot.of("k", root))), 0, new Stats())) {
      FileLocation location = files.fileLocation("k", SafePath.of(text));
      files.write(location, true, ByteBuffer.wrap(new byte[] {2}), 0);
      List<Path> made = walk(root).stream().filter(Files::isRegularFile).toList();
      assertThat(made).hasSize(1);
      assertThat(made.get(0)).hasBinaryContent(new byte[] {2});
      assertThat(root.relativize(made.get(0)).getNameCount())
          .isEqualTo(location.path().components().size());
      files.folders().delete(location);
      assertThat(made.get(0)).doesNotExist();
    } catch (OperationFailure e) {
      assertThat(e.code()).as(e.getMessage()).isEqualTo(FailureCode.EINVAL);
    }
    assertThat(root).isDirectory();
    assertThat(base.resolve("beside")).hasBinaryContent(new byte[] {1});
    try (Stream<Path> entries = Files.list(base)) {
      assertThat(entries).hasSize(2);
    }
  }

  /** All entries, the content of a folder before the folder itself. */
  private static List<Path> walk(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.sorted(Comparator.reverseOrder()).toList();
    }
  }

  @Provide
  Arbitrary<String> texts() {
    Arbitrary<String> part =
        Arbitraries.frequencyOf(
            Tuple.of(6, Arbitraries.of("a", "b", "root", "beside", "..a", "a..", "...", "~", "C:")),
            Tuple.of(5, Arbitraries.of("/", "\\", "//")),
            Tuple.of(2, Arbitraries.of(".", "..", "../", "..\\", "./")),
            Tuple.of(1, Arbitraries.of("\0", "\n", "\u007f", "\u0001", "%2e", "\ufeff", "\u202e")),
            Tuple.of(1, Arbitraries.of("\ud800", "\udc00", "\uff0e\uff0e", "\u2025", "\uff0f")),
            Tuple.of(1, Arbitraries.of("\uefc3\uefa9", "\uefff", "\uef5c", "\uef2e\uef2f")),
            Tuple.of(3, Arbitraries.strings().all().ofMaxLength(5)),
            Tuple.of(1, Arbitraries.strings().withChars('x', 'é', '文').ofMaxLength(300)));
    return part.list().ofMaxSize(8).map(parts -> String.join("", parts));
  }

  @Provide
  Arbitrary<byte[]> bytes() {
    Arbitrary<Byte> any =
        Arbitraries.frequencyOf(
            Tuple.of(4, Arbitraries.of((byte) '.', (byte) '/', (byte) '\\', (byte) 'a')),
            Tuple.of(2,
                Arbitraries.of((byte) 0xc0, (byte) 0xae, (byte) 0xaf, (byte) 0, (byte) 0xe0)),
            Tuple.of(1, Arbitraries.bytes()));
    return any.array(byte[].class).ofMaxSize(20);
  }
}
