package com.jstorrent.iodaemon.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.jstorrent.iodaemon.launcher.FileClient.Answer;
import com.jstorrent.iodaemon.testkit.Peer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Roots that are read-only, missing or not permitted, and more files than descriptors. */
@EnabledOnOs({OS.LINUX, OS.MAC})
class UnavailableRootsIT {
  private static final String NOT_THERE =
      "The download root is not there; is its disk connected?";
  private static final byte[] DATA = Peer.bytes(1, 1000);
  private static final byte[] OTHER = Peer.bytes(2, 1000);
  private static final int FILES = 2000;
  private static final int FILE_LENGTH = 100;
  private static final int CONNECTIONS = 8;

  @TempDir
  Path folder;
  private Path root;

  @BeforeEach
  void makeRoot() throws IOException {
    root = Files.createDirectory(folder.resolve("root"));
  }

  private static DaemonProcess start(Path root) throws IOException {
    return DaemonProcess.start(
        Map.of(), "--token", FileClient.TOKEN, "--root", FileClient.ROOT + "=" + root);
  }

  private void assertFailure(Answer answer, int status, String error) {
    assertThat(answer.status()).as("%s", answer).isEqualTo(status);
    assertThat(answer.error()).isEqualTo(error);
    assertThat(answer.message()).endsWith(".").doesNotContain(folder.toString());
  }

  private static void assertNotThere(Answer answer) {
    assertThat(answer.status()).as("%s", answer).isEqualTo(404);
    assertThat(answer.error()).isEqualTo("ENOENT");
    assertThat(answer.message()).isEqualTo(NOT_THERE);
  }

  private static void assertLives(DaemonProcess daemon, FileClient client) throws IOException {
    assertThat(client.get("/health").text()).isEqualTo("ok");
    assertThat(daemon.process().isAlive()).isTrue();
    assertThat(daemon.stderr()).doesNotContain("Exception", "Error");
  }

  private static boolean available(FileClient client) throws IOException {
    List<?> roots = (List<?>) client.get("/roots").json().get("roots");
    Map<?, ?> only = (Map<?, ?>) roots.get(0);
    assertThat(only.get("freeBytes") != null).isEqualTo(only.get("available"));
    return (Boolean) only.get("available");
  }

  @Test
  void aReadOnlyDiskCanBeRead() throws Exception {
    try (SmallDisk disk = SmallDisk.mount(root, 8);
        DaemonProcess daemon = start(root);
        FileClient client = new FileClient(daemon.port())) {
      assertThat(client.writeVerified("written", 0, DATA).status()).isEqualTo(200);
      // Renaming closes the daemon's descriptor, which would keep the disk busy.
      assertThat(client.rename("written", "f").status()).isEqualTo(200);
      disk.readOnly(true);
      List<Answer> refused =
          List.of(
              client.writeVerified("f", 0, OTHER),
              client.writeVerified("new", 0, OTHER),
              client.write("dir/new", 0, OTHER),
              client.truncate("f", 1),
              client.rename("f", "g"),
              client.delete("f"),
              client.post("/files/ensure_dir", "dir", "comment", ""),
              client.post("/files/open", "f", "mode", "rw"));
      for (Answer answer : refused) {
        assertFailure(answer, 403, "EACCES");
        assertThat(answer.message()).isEqualTo("The file system is read-only.");
      }
      assertThat(client.read("f").body()).isEqualTo(DATA);
      assertThat(available(client)).isTrue();
      disk.readOnly(false);
      assertThat(client.writeVerified("f", 0, OTHER).status()).isEqualTo(200);
      assertThat(client.read("f").body()).isEqualTo(OTHER);
      assertLives(daemon, client);
    }
  }

  @Test
  void aRootThatVanishesAndReturnsIsUsedAgain() throws Exception {
    Path away = folder.resolve("away");
    try (DaemonProcess daemon = start(root);
        FileClient client = new FileClient(daemon.port())) {
      assertThat(client.writeVerified("dir/f", 0, DATA).status()).isEqualTo(200);
      String handle = client.open("dir/f", "rw");
      assertThat(available(client)).isTrue();
      Files.move(root, away);
      assertAllNotThere(client, handle);
      assertThat(root).as("a missing root is not created").doesNotExist();
      Files.move(away, root);
      assertThat(available(client)).isTrue();
      assertThat(client.read("dir/f").body()).isEqualTo(DATA);
      assertThat(client.patch(handle, 0, OTHER).status()).isEqualTo(200);
      assertThat(Files.readAllBytes(root.resolve("dir/f"))).isEqualTo(OTHER);
      assertLives(daemon, client);
    }
  }

  private static void assertAllNotThere(FileClient client, String handle) throws IOException {
    assertThat(available(client)).isFalse();
    assertNotThere(client.read("dir/f"));
    assertNotThere(client.writeVerified("dir/f", 0, OTHER));
    assertNotThere(client.write("dir/new", 0, OTHER));
    assertNotThere(client.patch(handle, 0, OTHER));
    assertNotThere(client.post("/files/" + handle + "/flush"));
    assertNotThere(client.query("/ops/list", ""));
    assertNotThere(client.query("/ops/stat", "dir/f"));
    assertNotThere(client.post("/files/ensure_dir", "dir", "comment", ""));
    assertNotThere(client.truncate("dir/f", 1));
    assertNotThere(client.delete("dir/f"));
    assertNotThere(client.rename("dir/f", "dir/g"));
  }

  @Test
  void afterAReplacementOfTheRootTheNewFolderIsWritten() throws Exception {
    Path away = folder.resolve("away");
    try (DaemonProcess daemon = start(root);
        FileClient client = new FileClient(daemon.port())) {
      assertThat(client.writeVerified("f", 0, DATA).status()).isEqualTo(200);
      Files.move(root, away);
      Files.createDirectory(root);
      assertFailure(client.read("f"), 404, "ENOENT");
      assertThat(client.writeVerified("f", 0, OTHER).status()).isEqualTo(200);
      assertThat(Files.readAllBytes(root.resolve("f"))).isEqualTo(OTHER);
      assertThat(Files.readAllBytes(away.resolve("f"))).isEqualTo(DATA);
      assertLives(daemon, client);
    }
  }

  @Test
  void aDiskThatIsRemovedAndReturnedIsUsedAgain() throws Exception {
    try (SmallDisk disk = SmallDisk.mount(root, 8)) {
      Path downloads = Files.createDirectory(root.resolve("downloads"));
      try (DaemonProcess daemon = start(downloads);
          FileClient client = new FileClient(daemon.port())) {
        assertThat(client.writeVerified("dir/f", 0, DATA).status()).isEqualTo(200);
        String handle = client.open("dir/f", "rw");
        disk.unmount();
        assertAllNotThere(client, handle);
        disk.mount();
        Files.createDirectory(downloads);
        assertThat(available(client)).isTrue();
        assertFailure(client.patch(handle, 0, OTHER), 404, "ENOENT");
        assertThat(client.writeVerified("dir/f", 0, OTHER).status()).isEqualTo(200);
        assertThat(Files.readAllBytes(downloads.resolve("dir/f"))).isEqualTo(OTHER);
        assertThat(client.read("dir/f").body()).isEqualTo(OTHER);
        assertLives(daemon, client);
      }
    }
  }

  /** Starts the daemon as a user to whom permissions apply. */
  private static DaemonProcess startBound(Path root) throws Exception {
    List<String> command = new ArrayList<>();
    if (System.getProperty("user.name").equals("root")) {
      command.addAll(List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"));
      List<String> probe = new ArrayList<>(command);
      probe.addAll(List.of(DaemonProcess.script().toString(), "--version"));
      int status = -1;
      try {
        status =
            new ProcessBuilder(probe)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
      } catch (IOException e) {
        System.err.println(e.getMessage());
      }
      assumeTrue(
          status == 0,
          "SKIPPED, LOUDLY: permissions do not apply to root, and no other user can run the daemon here.");
    }
    command.addAll(
        List.of(
            DaemonProcess.script().toString(), "--token", FileClient.TOKEN,
            "--root", FileClient.ROOT + "=" + root));
    return DaemonProcess.run(command);
  }

  private static Path allow(Path path, String permissions) throws IOException {
    return Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
  }

  @Test
  void missingPermissionsAreAnswered403() throws Exception {
    allow(folder, "rwx--x--x");
    allow(root, "rwxrwxrwx");
    Files.write(allow(Files.createFile(root.resolve("secret")), "rw-------"), DATA);
    Files.write(allow(Files.createFile(root.resolve("open")), "rw-r--r--"), DATA);
    Path closed = Files.createDirectory(root.resolve("closed"));
    Files.write(closed.resolve("f"), DATA);
    Path fixed = Files.createDirectory(root.resolve("fixed"));
    Files.write(allow(Files.createFile(fixed.resolve("f")), "rw-rw-rw-"), DATA);
    allow(root.resolve("secret"), "---------");
    allow(root.resolve("open"), "r--r--r--");
    allow(closed, "---------");
    allow(fixed, "r-xr-xr-x");
    try (DaemonProcess daemon = startBound(root);
        FileClient client = new FileClient(daemon.port())) {
      List<Answer> refused =
          List.of(
              client.read("secret"),
              client.writeVerified("secret", 0, OTHER),
              client.writeVerified("open", 0, OTHER),
              client.truncate("open", 1),
              client.read("closed/f"),
              client.writeVerified("closed/f", 0, OTHER),
              client.writeVerified("closed/dir/f", 0, OTHER),
              client.query("/ops/list", "closed"),
              client.query("/ops/stat", "closed/f"),
              client.post("/files/ensure_dir", "closed/dir", "comment", ""),
              client.post("/files/open", "secret", "mode", "r"),
              client.writeVerified("fixed/new", 0, OTHER),
              client.write("fixed/dir/new", 0, OTHER),
              client.delete("fixed/f"),
              client.rename("fixed/f", "f"));
      for (Answer answer : refused) {
        assertFailure(answer, 403, "EACCES");
      }
      assertThat(client.read("open").body()).isEqualTo(DATA);
      assertThat(client.writeVerified("fixed/f", 0, OTHER).status()).isEqualTo(200);
      assertThat(client.writeVerified("dir/new", 0, OTHER).status()).isEqualTo(200);
      assertLives(daemon, client);
    } finally {
      allow(closed, "rwx------");
      allow(fixed, "rwx------");
    }
    assertThat(closed.resolve("f")).hasBinaryContent(DATA);
    assertThat(fixed.resolve("f")).hasBinaryContent(OTHER);
  }

  @Test
  void aRootWithoutPermissionIsAnswered403() throws Exception {
    allow(folder, "rwx--x--x");
    Path inner = Files.createDirectory(root.resolve("inner"));
    Files.write(inner.resolve("f"), DATA);
    allow(inner, "---------");
    try (DaemonProcess daemon = startBound(inner);
        FileClient client = new FileClient(daemon.port())) {
      assertFailure(client.read("f"), 403, "EACCES");
      assertFailure(client.writeVerified("f", 0, OTHER), 403, "EACCES");
      assertFailure(client.query("/ops/list", ""), 403, "EACCES");
      assertLives(daemon, client);
    } finally {
      allow(inner, "rwx------");
    }
  }

  @Test
  void aRootInAFolderWithoutPermissionIsAnswered403() throws Exception {
    allow(folder, "rwx--x--x");
    Path inner = Files.createDirectory(root.resolve("inner"));
    allow(root, "---------");
    try (DaemonProcess daemon = startBound(inner);
        FileClient client = new FileClient(daemon.port())) {
      assertFailure(client.read("f"), 403, "EACCES");
      assertFailure(client.writeVerified("f", 0, OTHER), 403, "EACCES");
      assertLives(daemon, client);
    } finally {
      allow(root, "rwx------");
    }
  }

  @Test
  void moreFilesThanDescriptorsAreWrittenAndReadBack() throws Exception {
    List<String> command =
        List.of(
            "sh", "-c", "ulimit -n 256 && exec \"$0\" --token \"$1\" --root \"$2\"",
            DaemonProcess.script().toString(), FileClient.TOKEN, FileClient.ROOT + "=" + root);
    try (DaemonProcess daemon = DaemonProcess.run(command);
        FileClient client = new FileClient(daemon.port())) {
      forEachFile(
          number -> assertThat(
              client.writeVerified(name(number), 0, Peer.bytes(number, FILE_LENGTH)).status())
              .as("writing file %d", number)
              .isEqualTo(200));
      forEachFile(
          number -> {
            Answer answer = client.read(name(number));
            assertThat(answer.status()).as("reading file %d", number).isEqualTo(200);
            assertThat(answer.body()).isEqualTo(Peer.bytes(number, FILE_LENGTH));
          });
      assertLives(daemon, client);
    }
    for (int number = 0; number < FILES; number++) {
      assertThat(root.resolve(name(number))).hasBinaryContent(Peer.bytes(number, FILE_LENGTH));
    }
  }

  private static String name(int number) {
    return "dir" + number % 20 + "/inner/" + number;
  }

  private interface Use {
    void file(int number) throws IOException;
  }

  private static void forEachFile(Use use) throws Exception {
    List<Future<?>> users = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(CONNECTIONS)) {
      for (int i = 0; i < CONNECTIONS; i++) {
        int first = i;
        users.add(
            threads.submit(
                () -> {
                  for (int number = first; number < FILES; number += CONNECTIONS) {
                    use.file(number);
                  }
                  return null;
                }));
      }
    }
    for (Future<?> user : users) {
      user.get();
    }
  }
}
