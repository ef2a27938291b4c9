package com.jstorrent.iodaemon.launcher;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.launcher.FileClient.Answer;
import com.jstorrent.iodaemon.testkit.Peer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Disks that fail where it is easily overlooked: when a folder is flushed, and when a file is
 * closed.
 */
@EnabledOnOs(OS.LINUX)
class DiskFaultIT {
  private static final int EIO = 5;
  private static final int EINVAL = 22;
  private static final int ENOSPC = 28;
  private static final int EDQUOT = 122;
  private static final byte[] DATA = Peer.bytes(1, 1000);

  @TempDir
  Path folder;
  private Path root;
  private Path control;
  private DaemonProcess daemon;
  private FileClient client;

  @BeforeEach
  void start() throws Exception {
    root = Files.createDirectory(folder.resolve("root"));
    control = folder.resolve("control");
    daemon =
        DaemonProcess.start(
            Map.of("LD_PRELOAD", library().toString(), "DISK_FAULT", control.toString()),
            "--token", FileClient.TOKEN, "--root", FileClient.ROOT + "=" + root);
    client = new FileClient(daemon.port());
  }

  @AfterEach
  void stop() throws IOException {
    if (daemon != null) {
      client.close();
      daemon.close();
    }
  }

  private Path library() throws Exception {
    Path source = folder.resolve("disk-fault.c");
    Path library = folder.resolve("disk-fault.so");
    try (InputStream in = DiskFaultIT.class.getResourceAsStream("/disk-fault.c")) {
      Files.copy(in, source);
    }
    String said;
    try {
      Process compiler =
          new ProcessBuilder(
              "cc", "-shared", "-fPIC", "-o", library.toString(), source.toString())
              .redirectErrorStream(true)
              .start();
      said = new String(compiler.getInputStream().readAllBytes(), UTF_8);
      if (compiler.waitFor() == 0) {
        return library;
      }
    } catch (IOException e) {
      said = e.getMessage();
    }
    String message =
        "SKIPPED, LOUDLY: the library that makes calls fail cannot be built here: " + said;
    System.err.println(message);
    return Assumptions.abort(message);
  }

  private void fault(String call, int errno, String ending) throws IOException {
    Files.writeString(control, call + " " + errno + " " + ending);
  }

  private Answer flush(String fileId) throws IOException {
    return client.post("/files/" + fileId + "/flush");
  }

  private void assertFailure(Answer answer, int status, String error) {
    assertThat(answer.status()).as("%s", answer).isEqualTo(status);
    assertThat(answer.error()).isEqualTo(error);
    assertThat(answer.message()).endsWith(".").doesNotContain(folder.toString());
  }

  @Test
  void aFlushFailsWhenTheNameDoesNotReachTheDisk() throws Exception {
    String fileId = client.open("dir/f", "create");
    assertThat(client.patch(fileId, 0, DATA).status()).isEqualTo(200);
    fault("fsync", EIO, "/root/dir");
    assertFailure(flush(fileId), 500, "EIO");
    fault("fsync", ENOSPC, "/root/dir");
    assertFailure(flush(fileId), 507, "ENOSPC");
    fault("fsync", EIO, "/dir/f");
    assertFailure(flush(fileId), 500, "EIO");
    fault("fsync", EINVAL, "/root/dir");
    assertThat(flush(fileId).status()).as("a file system without such a call").isEqualTo(200);
    Files.delete(control);
    assertThat(flush(fileId).status()).isEqualTo(200);
    assertThat(daemon.stderr()).doesNotContain("Exception");
  }

  @Test
  void writesLostAtCloseAreReportedByTheNextFlush() throws Exception {
    String fileId = client.open("f", "create");
    for (int errno : new int[] {EIO, EDQUOT}) {
      assertThat(client.patch(fileId, 0, DATA).status()).isEqualTo(200);
      fault("close", errno, "/root/f");
      assertThat(client.rename("f", "g").status()).as("a rename, which closes the file")
          .isEqualTo(200);
      assertFailure(flush(fileId), 500, "EIO");
      Files.delete(control);
      assertThat(flush(fileId).status()).as("a second flush").isEqualTo(200);
      assertThat(client.rename("g", "f").status()).isEqualTo(200);
    }
    daemon.awaitStderr("were lost when it was closed");
    assertThat(daemon.stderr()).doesNotContain(folder.toString());
  }
}
