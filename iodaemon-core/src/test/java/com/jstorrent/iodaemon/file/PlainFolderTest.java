package com.jstorrent.iodaemon.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Feature;
import com.google.common.jimfs.Jimfs;
import com.jstorrent.iodaemon.config.DownloadRoot;
import com.jstorrent.iodaemon.failure.FailureCode;
import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.stats.live.Stats;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** PROTOCOL.md § 6 on a file system without directory descriptors, like that of Windows. */
class PlainFolderTest {
  private FileSystem memory;
  private Path root;
  private Path outside;
  private FileService files;

  @BeforeEach
  void start() throws Exception {
    memory =
        Jimfs.newFileSystem(
            Configuration.unix()
                .toBuilder()
                .setSupportedFeatures(Feature.LINKS, Feature.SYMBOLIC_LINKS, Feature.FILE_CHANNEL)
                .build());
    root = Files.createDirectories(memory.getPath("/base/root"));
    outside = Files.createDirectories(memory.getPath("/base/outside"));
    Files.createDirectories(root.resolve("dir/deep"));
    Files.write(root.resolve("dir/f"), new byte[] {1});
    Files.write(outside.resolve("f"), new byte[] {42});
    link("file", "dir/f");
    link("absolute", "/base/root/dir/f");
    link("chain", "way/f");
    link("way", "dir");
    link("out", "/base/outside");
    link("outFile", "../outside/f");
    link("dangling", "nothing");
    link("loop", "loop");
    files = new FileService(new DownloadRoots(List.of(DownloadRoot.of("k", root))), 0, new Stats());
  }

  @AfterEach
  void stop() throws IOException {
    files.close();
    memory.close();
  }

  private void link(String name, String target) throws IOException {
    Files.createSymbolicLink(root.resolve(name), memory.getPath(target));
  }

  private FileLocation location(String path) throws OperationFailure {
    return files.location("k", SafePath.of(path));
  }

  private void write(String path, int value) throws OperationFailure {
    files.write(location(path), true, ByteBuffer.wrap(new byte[] {(byte) value}), 0);
  }

  @Test
  void linksThatStayInTheRootAreFollowed() throws Exception {
    int value = 1;
    for (String path : List.of("file", "absolute", "chain", "way/f")) {
      write(path, ++value);
      assertThat(root.resolve("dir/f")).as(path).hasBinaryContent(new byte[] {(byte) value});
      assertThat(files.folders().status(location(path)).size()).isEqualTo(1);
    }
    write("way/new/deeper/f", 7);
    assertThat(root.resolve("dir/new/deeper/f")).exists();
    assertThat(NamesIn.folder(files, location("way"))).containsExactlyInAnyOrder("f", "deep",
        "new");
  }

  @Test
  void linksOutOfTheRootAndDanglingLinksAreRefused() throws Exception {
    for (String path : List.of(
        "out/f", "out/new", "out/new/deeper", "outFile", "dangling", "dangling/x", "loop",
        "loop/x")) {
      assertRefused(() -> write(path, 9));
      assertRefused(() -> files.folders().status(location(path)));
      assertRefused(() -> files.folders().ensure(location(path + "/made")));
    }
    assertRefused(() -> files.folders().delete(location("out/f")));
    assertRefused(() -> files.folders().rename(location("dir"), location("out/dir")));
    assertThat(outside.resolve("f")).hasBinaryContent(new byte[] {42});
    try (var entries = Files.list(outside)) {
      assertThat(entries).hasSize(1);
    }
  }

  @Test
  void linksAreDeletedAndRenamedThemselves() throws Exception {
    files.folders().rename(location("outFile"), location("way/moved"));
    assertThat(Files.isSymbolicLink(root.resolve("dir/moved"))).isTrue();
    files.folders().delete(location("dir"));
    files.folders().delete(location("way"));
    files.folders().delete(location("out"));
    assertThat(Files.exists(root.resolve("way"), LinkOption.NOFOLLOW_LINKS)).isFalse();
    assertThat(outside.resolve("f")).exists();
  }

  private interface Attempt {
    void run() throws OperationFailure;
  }

  private static void assertRefused(Attempt attempt) {
    assertThatThrownBy(attempt::run)
        .isInstanceOf(OperationFailure.class)
        .satisfies(e -> assertThat(((OperationFailure) e).code()).isEqualTo(FailureCode.EACCES));
  }
}
