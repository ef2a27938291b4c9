package com.jstorrent.iodaemon.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.jstorrent.iodaemon.config.DownloadRoot;
import com.jstorrent.iodaemon.testkit.Program;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProfileFileTest {
  @TempDir
  Path folder;

  private ProfileFile.Profile read(String json, String installId) throws Exception {
    Path file = folder.resolve("jstorrent-native").resolve("rpc-info.json");
    Files.createDirectories(file.getParent());
    Files.writeString(file, json);
    return ProfileFile.ofPlatform(Map.of("JSTORRENT_CONFIG_DIR", folder.toString()))
        .read(installId);
  }

  @Test
  void theProfileOfTheInstallationIsFoundAndUnknownFieldsAreIgnored() throws Exception {
    String json =
        """
            {"version":1,"future":{"x":[1,2.5,true,null]},"profiles":[
              {"install_id":"other","download_roots":[{"key":"o","path":"/o"}]},
              {"install_id":"mine","extension_id":"abc","pid":1,"port":0,"token":"x",
               "browser":{"name":"b","binary":"b","extension_id":null},
               "download_roots":[
                 {"key":"k","path":"/data","display_name":"Data","removable":true,"last_checked":0},
                 {"key":"k","path":"/twice"},{"key":"r","path":"relative"},{"path":"/nokey"},7,
                 {"key":"plain","path":"/plain"}]}]}
            """;
    ProfileFile.Profile profile = read(json, "mine");
    assertThat(profile.extensionId()).isEqualTo("abc");
    assertThat(profile.roots())
        .containsExactly(
            new DownloadRoot("k", Path.of("/data"), "Data", true),
            DownloadRoot.of("plain", Path.of("/plain")));
    assertThat(read(json, "none")).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
          "", "{", "[]", "7", "{\"profiles\":7}", "{\"profiles\":[7,{}]}", "{\"profiles\":[]} x",
          "{\"profiles\":[{\"install_id\":5}]}", "{\"a\":1,\"a\":2}", "// {}"
      })
  void aBrokenFileGivesNoProfile(String json) throws Exception {
    assertThat(read(json, "mine")).isNull();
  }

  @Test
  void aMissingFileGivesNoProfile() {
    assertThat(
        ProfileFile.ofPlatform(Map.of("JSTORRENT_CONFIG_DIR", folder.toString())).read("mine"))
        .isNull();
  }

  /** native-host reads the same file, and takes the variable as it is. */
  @Test
  void aRelativeConfigurationFolderIsBelowTheWorkingFolder() throws Exception {
    Path file = Files.createDirectory(folder.resolve("jstorrent-native")).resolve("rpc-info.json");
    Files.writeString(file, "{\"profiles\":[{\"install_id\":\"mine\"}]}");
    Path relative = Path.of("").toAbsolutePath().relativize(folder.toAbsolutePath());
    Map<String, String> environment =
        Map.of("JSTORRENT_CONFIG_DIR", relative.toString(), "HOME", "/none");
    assertThat(ProfileFile.ofPlatform(environment).read("mine")).isNotNull();
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void withoutAConfigurationFolderItIsUnderTheHomeFolder() throws Exception {
    Path file = folder.resolve(".config").resolve("jstorrent-native").resolve("rpc-info.json");
    Files.createDirectories(file.getParent());
    Files.writeString(file, "{\"profiles\":[{\"install_id\":\"mine\"}]}");
    assertThat(ProfileFile.ofPlatform(Map.of("HOME", folder.toString())).read("mine")).isNotNull();
  }

  /** Reading any of these would block for ever, or exhaust memory. */
  @Test
  @Timeout(300)
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void anythingButARegularFileGivesNoProfileAndIsNotOpened() throws Exception {
    Path file = Files.createDirectory(folder.resolve("jstorrent-native")).resolve("rpc-info.json");
    ProfileFile profile =
        ProfileFile.ofPlatform(Map.of("JSTORRENT_CONFIG_DIR", folder.toString()));
    String noFile = "rpc-info.json is no regular file.";
    try (Program mkfifo = Program.start("mkfifo", file.toString())) {
      mkfifo.awaitExit();
    }
    assertUnreadable(profile, file, noFile);
    Files.createDirectory(file);
    assertUnreadable(profile, file, noFile);
    Files.createSymbolicLink(file, Path.of("/dev/zero"));
    assertUnreadable(profile, file, noFile);
    Files.createSymbolicLink(file, file);
    assertUnreadable(profile, file, "rpc-info.json cannot be read.");
    Files.createSymbolicLink(file, folder.resolve("missing"));
    assertUnreadable(profile, file, "rpc-info.json cannot be read.");
    try (ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      socket.bind(UnixDomainSocketAddress.of(file));
      assertUnreadable(profile, file, noFile);
    }
    try (RandomAccessFile large = new RandomAccessFile(file.toFile(), "rw")) {
      large.setLength(200L << 20);
    }
    assertUnreadable(profile, file, "rpc-info.json is larger than 1048576 bytes.");
    Files.write(file, new byte[] {(byte) 0xff, '{', '}'});
    assertUnreadable(profile, file, "rpc-info.json cannot be read.");
    Path elsewhere =
        Files.writeString(folder.resolve("real"), "{\"profiles\":[{\"install_id\":\"i\"}]}");
    Files.createSymbolicLink(file, elsewhere);
    assertThat(profile.require("i")).as("a link to a regular file is followed").isNotNull();
  }

  private static void assertUnreadable(ProfileFile profile, Path file, String sentence)
      throws IOException {
    assertThat(profile.read("i")).isNull();
    assertThatThrownBy(() -> profile.require("i")).isInstanceOf(IOException.class)
        .hasMessage(sentence);
    Files.delete(file);
  }
}
