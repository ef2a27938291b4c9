package com.jstorrent.iodaemon.launcher;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.jstorrent.iodaemon.testkit.Program;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * The log is written to a regular file of the daemon's user only. Anything else at its path keeps
 * its content and permissions, when the log is opened and when it is rotated.
 */
@Timeout(300)
@EnabledOnOs({OS.LINUX, OS.MAC})
class LogFileSafetyTest {
  private static final String NOT_OWN =
      "The log file must be a regular file of the user that the daemon runs as, and no link.";
  private static final byte[] MEGABYTE = "x".repeat(1_000_000).getBytes(UTF_8);
  private static final int NOBODY = 65534;

  @TempDir
  Path folder;

  private Path log;

  @BeforeEach
  void name() {
    log = folder.resolve("log");
  }

  private static void assertRefused(Path path, String sentence) {
    assertThatThrownBy(() -> RotatingLog.open(path))
        .isInstanceOf(LaunchFailure.class)
        .hasMessage(sentence)
        .satisfies(e -> assertThat(((LaunchFailure) e).exitCode()).isEqualTo(ExitCode.FAILED));
  }

  private static String rights(Path path) throws IOException {
    return PosixFilePermissions.toString(
        Files.getPosixFilePermissions(path, LinkOption.NOFOLLOW_LINKS));
  }

  private static void setRights(Path path, String rights) throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(rights));
  }

  private static Path pipe(Path path) throws IOException {
    try (Program mkfifo = Program.start("mkfifo", path.toString())) {
      mkfifo.awaitExit();
    }
    return path;
  }

  private static void giveAway(Path path) throws IOException {
    try {
      Files.setAttribute(path, "unix:uid", NOBODY, LinkOption.NOFOLLOW_LINKS);
    } catch (IOException e) {
      String message = "SKIPPED: files of another user can be made by root only.";
      System.err.println(message);
      Assumptions.abort(message);
    }
  }

  @Test
  void aFolderKeepsItsRights() throws Exception {
    Files.createDirectory(log);
    setRights(log, "rwxr-xr-x");
    assertRefused(log, NOT_OWN);
    assertThat(rights(log)).isEqualTo("rwxr-xr-x");
  }

  @Test
  void aDeviceKeepsItsRights() throws Exception {
    Path device = Path.of("/dev/null");
    String before = rights(device);
    assertRefused(device, NOT_OWN);
    assertThat(rights(device)).isEqualTo(before);
  }

  @Test
  void aPipeThatIsNotReadDoesNotHoldUpTheStart() throws Exception {
    setRights(pipe(log), "rw-rw-rw-");
    assertRefused(log, NOT_OWN);
    assertThat(rights(log)).isEqualTo("rw-rw-rw-");
  }

  @Test
  void aSocketIsRefused() throws Exception {
    try (ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      socket.bind(UnixDomainSocketAddress.of(log));
      assertRefused(log, NOT_OWN);
    }
  }

  @Test
  void noLinkIsFollowed() throws Exception {
    Path target = Files.writeString(folder.resolve("target"), "precious");
    setRights(target, "rw-r--r--");
    Files.createSymbolicLink(log, target);
    assertRefused(log, NOT_OWN);
    assertThat(Files.readString(target)).isEqualTo("precious");
    assertThat(rights(target)).isEqualTo("rw-r--r--");
    Files.delete(target);
    assertRefused(log, NOT_OWN);
    assertThat(target).as("target of the dangling link").doesNotExist();
    Files.delete(log);
    Files.createSymbolicLink(log, log);
    assertRefused(log, NOT_OWN);
  }

  @Test
  void aSecondNameOfAFileIsRefused() throws Exception {
    Path other = Files.writeString(folder.resolve("other"), "precious");
    setRights(other, "rw-r--r--");
    Files.createLink(log, other);
    assertRefused(log, NOT_OWN);
    assertThat(Files.readString(other)).isEqualTo("precious");
    assertThat(rights(other)).isEqualTo("rw-r--r--");
  }

  @Test
  void aFileOfAnotherUserIsRefused() throws Exception {
    Files.writeString(log, "theirs");
    setRights(log, "rw-rw-rw-");
    giveAway(log);
    assertRefused(log, NOT_OWN);
    assertThat(Files.readString(log)).isEqualTo("theirs");
    assertThat(rights(log)).isEqualTo("rw-rw-rw-");
  }

  @Test
  void anotherUsersLinkInAStickyFolderIsRefused() throws Exception {
    Path target = Files.writeString(folder.resolve("target"), "precious");
    Path shared = Files.createDirectory(folder.resolve("shared"));
    Files.setAttribute(shared, "unix:mode", 01777);
    Path link = Files.createSymbolicLink(shared.resolve("log"), target);
    giveAway(link);
    assertRefused(link, NOT_OWN);
    assertThat(Files.readString(target)).isEqualTo("precious");
  }

  @Test
  void aFileThatCannotBeCreatedIsReported() throws Exception {
    String sentence = "The log file cannot be written; check the folder and its rights.";
    assertRefused(folder.resolve("none").resolve("log"), sentence);
    assertRefused(Files.createFile(folder.resolve("file")).resolve("log"), sentence);
    assertRefused(folder.resolve("x".repeat(300)), sentence);
  }

  /**
   * Asserts that an obstacle at the name of an older log stays, and the log is emptied so as not to
   * fill the disk.
   */
  private void assertEmptiedBeside(Path obstacle) throws Exception {
    RotatingLog rotating = RotatingLog.open(log);
    for (int i = 0; i < 8; i++) {
      rotating.write(MEGABYTE);
    }
    assertThat(Files.size(log)).as("written since it was emptied").isEqualTo(3_000_000);
    assertThat(Files.exists(obstacle, LinkOption.NOFOLLOW_LINKS)).isTrue();
  }

  @Test
  void rotationReplacesNoFolder() throws Exception {
    assertEmptiedBeside(Files.createDirectory(folder.resolve("log.1")));
    assertThat(folder.resolve("log.1")).isEmptyDirectory();
  }

  @Test
  void rotationReplacesNoLinkAndFollowsNone() throws Exception {
    Path target = Files.writeString(folder.resolve("target"), "precious");
    assertEmptiedBeside(Files.createSymbolicLink(folder.resolve("log.2"), target));
    assertThat(Files.readString(target)).isEqualTo("precious");
    assertThat(folder.resolve("log.2")).isSymbolicLink();
  }

  @Test
  void rotationReplacesNoPipe() throws Exception {
    assertEmptiedBeside(pipe(folder.resolve("log.1")));
  }

  @Test
  void rotationReplacesNoFileOfAnotherUser() throws Exception {
    Path theirs = Files.writeString(folder.resolve("log.1"), "theirs");
    giveAway(theirs);
    assertEmptiedBeside(theirs);
    assertThat(Files.readString(theirs)).isEqualTo("theirs");
  }

  @Test
  void aFileThatReplacesTheLogIsNotWrittenTo() throws Exception {
    RotatingLog rotating = RotatingLog.open(log);
    for (int i = 0; i < 5; i++) {
      rotating.write(MEGABYTE);
    }
    Files.delete(log);
    Files.createDirectory(log);
    assertThatThrownBy(() -> rotating.write(MEGABYTE)).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> rotating.write(MEGABYTE)).isInstanceOf(IOException.class);
    assertThat(log).isEmptyDirectory();
    Files.delete(log);
    rotating.write(MEGABYTE);
    assertThat(Files.size(log)).as("it continues when the path is free").isEqualTo(1_000_000);
  }

  @Test
  void anUnwritableFolderCostsOlderLinesOnly() throws Exception {
    Files.createFile(log);
    RotatingLog rotating = RotatingLog.open(log);
    try {
      setRights(folder, "r-xr-xr-x");
      if (Files.isWritable(folder)) {
        String message = "SKIPPED: root may write to any folder.";
        System.err.println(message);
        Assumptions.abort(message);
      }
      for (int i = 0; i < 8; i++) {
        rotating.write(MEGABYTE);
      }
      assertThat(Files.size(log)).isEqualTo(3_000_000);
    } finally {
      setRights(folder, "rwx------");
    }
  }
}
