package com.jstorrent.iodaemon.http;

import static com.jstorrent.iodaemon.http.Answers.assertFailure;
import static com.jstorrent.iodaemon.http.Answers.object;
import static com.jstorrent.iodaemon.http.Answers.text;
import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.json.Json;
import com.jstorrent.iodaemon.net.address.AddressText;
import com.jstorrent.iodaemon.testkit.Peer;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** PROTOCOL.md § 5.1: folders, files as a whole, roots and interfaces. */
class FolderRoutesTest {
  @TempDir
  Path folder;
  @TempDir
  Path outside;
  private HttpDaemon daemon;

  @BeforeEach
  void start() throws Exception {
    daemon = new HttpDaemon(Map.of("k", folder, "lost", folder.resolve("lost")), Limits.DEFAULT);
  }

  @AfterEach
  void stop() {
    daemon.close();
  }

  private HttpResponse<byte[]> act(String route, String path) throws Exception {
    return daemon.json(route, Json.write(Map.of("root_key", "k", "path", path)));
  }

  private HttpResponse<byte[]> rename(String path, String to) throws Exception {
    return daemon.json(
        "/ops/rename", Json.write(Map.of("root_key", "k", "path", path, "to", to)));
  }

  private HttpResponse<byte[]> truncate(String path, long length) throws Exception {
    return daemon.json(
        "/ops/truncate", Json.write(Map.of("root_key", "k", "path", path, "length", length)));
  }

  private HttpResponse<byte[]> look(String route, String query) throws Exception {
    return daemon.get(route + "?" + query, Map.of());
  }

  private static void assertDone(HttpResponse<byte[]> response) {
    assertThat(response.statusCode()).as(text(response)).isEqualTo(200);
    assertThat(response.body()).isEmpty();
  }

  @Test
  void aFolderIsMadeWithItsParentsAndMayBeThereAlready() throws Exception {
    assertDone(act("/files/ensure_dir", "a/b\\ü"));
    assertDone(act("/files/ensure_dir", "a/b/ü"));
    assertDone(act("/files/ensure_dir", ""));
    assertThat(folder.resolve("a/b/ü")).isDirectory();
  }

  @Test
  void aFolderIsNotMadeInPlaceOfAFileNorOutsideOfTheRoot() throws Exception {
    Files.createFile(folder.resolve("f"));
    Files.createSymbolicLink(folder.resolve("out"), outside);
    assertFailure(act("/files/ensure_dir", "f"), 400, "ENOTDIR");
    assertFailure(act("/files/ensure_dir", "f/x"), 400, "ENOTDIR");
    assertFailure(act("/files/ensure_dir", "out/x"), 403, "EACCES");
    assertFailure(act("/files/ensure_dir", "a/../x"), 400, "EINVAL");
    assertFailure(
        daemon.json("/files/ensure_dir", "{\"root_key\":\"none\",\"path\":\"x\"}"), 403, "EROOT");
    assertFailure(
        daemon.json("/files/ensure_dir", "{\"root_key\":\"lost\",\"path\":\"x\"}"), 404, "ENOENT");
    assertThat(outside).isEmptyDirectory();
    assertThat(folder.resolve("lost")).as("a root is not made").doesNotExist();
  }

  @Test
  void statTellsOfFilesAndFolders() throws Exception {
    Path file = Files.createDirectory(folder.resolve("dir")).resolve("a b");
    Files.write(file, new byte[12_345]);
    Files.createSymbolicLink(folder.resolve("link"), file);
    for (String path : List.of("dir/a%20b", "dir/a+b", "%2Fdir%5Ca%20b", "link")) {
      Map<String, Object> status = object(look("/ops/stat", "root_key=k&path=" + path));
      assertThat(status)
          .containsEntry("size", 12_345L)
          .containsEntry("mtime", Files.getLastModifiedTime(file).toMillis())
          .containsEntry("is_file", true)
          .containsEntry("is_directory", false);
    }
    for (String path : List.of("dir", "")) {
      assertThat(object(look("/ops/stat", "path=" + path + "&root_key=k")))
          .containsEntry("is_file", false)
          .containsEntry("is_directory", true);
    }
  }

  @Test
  void listTellsTheNamesInAFolder() throws Exception {
    Files.createDirectories(folder.resolve("dir/inner"));
    Files.createFile(folder.resolve("dir/ü \"x\""));
    Files.createSymbolicLink(folder.resolve("dir/dangling"), folder.resolve("none"));
    assertThat(Json.read(text(look("/ops/list", "path=dir&root_key=k"))))
        .asInstanceOf(InstanceOfAssertFactories.LIST)
        .containsExactlyInAnyOrder("inner", "ü \"x\"", "dangling");
    assertThat(text(look("/ops/list", "path=dir/inner&root_key=k"))).isEqualTo("[]");
    assertThat(text(look("/ops/list", "path=&root_key=k"))).isEqualTo("[\"dir\"]");
  }

  @Test
  void whatCannotBeLookedAtIsAFailure() throws Exception {
    Files.createFile(folder.resolve("f"));
    Files.createSymbolicLink(folder.resolve("out"), outside);
    for (String route : List.of("/ops/stat", "/ops/list")) {
      assertFailure(look(route, "path=none&root_key=k"), 404, "ENOENT");
      assertFailure(look(route, "path=none/x&root_key=k"), 404, "ENOENT");
      assertFailure(look(route, "path=f/x&root_key=k"), 400, "ENOTDIR");
      assertFailure(look(route, "path=out&root_key=k"), 403, "EACCES");
      assertFailure(look(route, "path=..&root_key=k"), 400, "EINVAL");
      assertFailure(look(route, "path=f&root_key=none"), 403, "EROOT");
      assertFailure(look(route, "path=&root_key=lost"), 404, "ENOENT");
      assertThat(Answers.message(look(route, "root_key=k"))).contains("path");
      assertThat(Answers.message(look(route, "path=f"))).contains("root_key");
    }
    assertFailure(look("/ops/list", "path=f&root_key=k"), 400, "ENOTDIR");
  }

  @Test
  void aFileAndAWholeTreeAreDeleted() throws Exception {
    Files.createDirectories(folder.resolve("tree/a/b"));
    for (String file : List.of("tree/x", "tree/a/y", "tree/a/b/z", "alone")) {
      Files.createFile(folder.resolve(file));
    }
    assertDone(act("/ops/delete", "tree"));
    assertDone(act("/ops/delete", "alone"));
    assertThat(folder).isEmptyDirectory();
    assertFailure(act("/ops/delete", "tree"), 404, "ENOENT");
  }

  @Test
  void linksAreDeletedAndNotFollowed() throws Exception {
    Files.createFile(outside.resolve("precious"));
    Files.createDirectory(folder.resolve("tree"));
    Files.createSymbolicLink(folder.resolve("tree/out"), outside);
    Files.createSymbolicLink(folder.resolve("link"), outside);
    Files.createSymbolicLink(folder.resolve("dangling"), folder.resolve("none"));
    assertFailure(act("/ops/delete", "link/precious"), 403, "EACCES");
    assertDone(act("/ops/delete", "tree"));
    assertDone(act("/ops/delete", "link"));
    assertDone(act("/ops/delete", "dangling"));
    assertThat(folder).isEmptyDirectory();
    assertThat(outside.resolve("precious")).exists();
  }

  @Test
  void theRootItselfIsNeitherDeletedNorMoved() throws Exception {
    Files.createFile(folder.resolve("f"));
    for (String path : List.of("", "/", "\\", "//")) {
      assertFailure(act("/ops/delete", path), 400, "EINVAL");
      assertFailure(rename(path, "x"), 400, "EINVAL");
      assertFailure(rename("f", path), 400, "EINVAL");
    }
    assertThat(folder.resolve("f")).exists();
  }

  @Test
  void truncateCutsAndExtends() throws Exception {
    byte[] data = Peer.bytes(1, 1000);
    Files.write(folder.resolve("f"), data);
    assertDone(truncate("f", 100));
    assertThat(folder.resolve("f")).hasBinaryContent(Arrays.copyOf(data, 100));
    assertDone(truncate("f", 200));
    byte[] extended = Arrays.copyOf(Arrays.copyOf(data, 100), 200);
    assertThat(folder.resolve("f")).hasBinaryContent(extended);
    assertDone(truncate("f", 0));
    assertThat(folder.resolve("f")).isEmptyFile();
  }

  @Test
  void truncateMakesNoFile() throws Exception {
    Files.createDirectory(folder.resolve("dir"));
    assertFailure(truncate("none", 5), 404, "ENOENT");
    assertFailure(truncate("dir", 5), 400, "EISDIR");
    assertFailure(truncate("", 5), 400, "EINVAL");
    assertFailure(truncate("none", -1), 400, "EINVAL");
    assertThat(folder.resolve("none")).doesNotExist();
  }

  @Test
  void renameMovesFilesAndFoldersAndReplacesAFile() throws Exception {
    Files.createDirectories(folder.resolve("dir/inner"));
    Files.writeString(folder.resolve("dir/f"), "new");
    Files.writeString(folder.resolve("old"), "old");
    assertDone(rename("dir/f", "old"));
    assertThat(folder.resolve("old")).hasContent("new");
    assertDone(rename("old", "deep/er/x"));
    assertThat(folder.resolve("deep/er/x")).hasContent("new");
    assertDone(rename("dir", "moved"));
    assertThat(folder.resolve("moved/inner")).isDirectory();
    assertThat(folder.resolve("dir")).doesNotExist();
    assertDone(rename("moved", "moved"));
  }

  @Test
  void aRenamedFileIsReadUnderItsNewNameOnly() throws Exception {
    Map<String, String> old = Map.of("X-Path-Base64", HttpDaemon.encoded("a"));
    Map<String, String> fresh = Map.of("X-Path-Base64", HttpDaemon.encoded("b"));
    daemon.post("/write/k", new byte[] {1}, old);
    daemon.post("/write/k", new byte[] {2}, fresh);
    assertDone(rename("a", "b"));
    assertFailure(daemon.get("/read/k", old), 404, "ENOENT");
    assertThat(daemon.get("/read/k", fresh).body()).containsExactly(1);
  }

  @Test
  void renameThatCannotBeLeavesEverythingAsItWas() throws Exception {
    Files.createDirectories(folder.resolve("dir/inner"));
    Files.createDirectories(folder.resolve("full/x"));
    Files.createFile(folder.resolve("f"));
    Files.createSymbolicLink(folder.resolve("out"), outside);
    assertFailure(rename("none", "made/x"), 404, "ENOENT");
    assertThat(folder.resolve("made")).as("no folders for nothing").doesNotExist();
    assertFailure(rename("dir", "dir/inner/x"), 400, "EINVAL");
    assertFailure(rename("dir", "full"), 400, "ENOTEMPTY");
    assertFailure(rename("f", "dir"), 400, "EISDIR");
    assertFailure(rename("dir", "f"), 400, "ENOTDIR");
    assertFailure(rename("f", "out/f"), 403, "EACCES");
    assertFailure(rename("f", "../f"), 400, "EINVAL");
    assertThat(folder.resolve("dir/inner")).isDirectory();
    assertThat(folder.resolve("f")).isRegularFile();
    assertThat(outside).isEmptyDirectory();
  }

  @Test
  void rootsAreToldWithoutTheirPaths() throws Exception {
    HttpResponse<byte[]> response = daemon.get("/roots", Map.of());
    assertThat(text(response)).doesNotContain(folder.toString());
    List<?> roots = (List<?>) object(response).get("roots");
    assertThat(roots).hasSize(2);
    for (Object each : roots) {
      Map<?, ?> root = (Map<?, ?>) each;
      boolean there = "k".equals(root.get("key"));
      assertThat(root.keySet().stream().map(String::valueOf))
          .containsExactlyInAnyOrder(
              "key", "uri", "displayName", "removable", "lastStatOk", "lastChecked", "available",
              "freeBytes");
      assertThat(root.get("available")).isEqualTo(there);
      assertThat(root.get("lastStatOk")).isEqualTo(there);
      assertThat(root.get("freeBytes") instanceof Long free && free > 0).isEqualTo(there);
    }
  }

  @Test
  void interfacesAreToldVersion4First() throws Exception {
    List<?> all = (List<?>) Json.read(text(daemon.get("/network/interfaces", Map.of())));
    List<Boolean> version6 = new ArrayList<>();
    List<Object> addresses = new ArrayList<>();
    for (Object each : all) {
      Map<?, ?> bound = (Map<?, ?>) each;
      InetAddress address = InetAddress.getByName((String) bound.get("address"));
      boolean six = address instanceof Inet6Address;
      assertThat((Long) bound.get("prefixLength")).isBetween(0L, six ? 128L : 32L);
      assertThat((String) bound.get("name")).isNotEmpty();
      assertThat(bound.get("address")).isEqualTo(AddressText.withoutZone(address));
      version6.add(six);
      addresses.add(bound.get("address"));
    }
    assertThat(addresses).contains("127.0.0.1");
    assertThat(version6).isSorted();
  }
}
