package com.jstorrent.iodaemon.client.files;

import static com.jstorrent.iodaemon.client.files.ScriptedServer.answer;
import static com.jstorrent.iodaemon.client.files.ScriptedServer.hangUp;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What a handle and a message are like after a failure. */
class AfterFailuresTest {
  private static final RootPath FILE = RootPath.of("k", "f");

  @Test
  void aHandleThatCouldNotBeClosedIsClosedByTheNextCall() throws Exception {
    try (ScriptedServer server =
        new ScriptedServer(
            answer("200 OK", "{\"fileId\":\"1\",\"size\":0}"), hangUp(), answer("200 OK", ""));
        FilesClient files = server.client().attempts(1, Duration.ofSeconds(1)).build()) {
      FileHandle handle = files.open(FILE, OpenMode.WRITE);
      assertThatThrownBy(handle::close).isInstanceOf(IOException.class);
      handle.close();
      server.request();
      String failed = server.request();
      assertThat(failed).contains("/close");
      assertThat(server.request()).isEqualTo(failed);
      handle.close();
      assertThat(server.unseenRequests()).isZero();
    }
  }

  @Test
  void aShortTokenLeavesTheSentencesOfTheDaemonWhole() throws Exception {
    String refusal = "{\"error\":\"ENOENT\",\"message\":\"There is no such file.\"}";
    try (ScriptedServer server = new ScriptedServer(answer("404 Not Found", refusal));
        FilesClient files = FilesClient.at(server.address(), "e")) {
      assertThatThrownBy(() -> files.stat(FILE))
          .isInstanceOfSatisfying(
              FilesException.class, e -> assertThat(e.code()).isEqualTo("ENOENT"))
          .hasMessageContaining("There is no such file.");
    }
  }
}
