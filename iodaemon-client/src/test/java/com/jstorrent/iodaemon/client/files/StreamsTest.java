package com.jstorrent.iodaemon.client.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.testkit.TestClient;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Streams, and tickets for players. */
class StreamsTest {
  @TempDir
  Path folder;
  private ServedFolder served;
  private final byte[] film = FilesClientTest.random(3 << 20);

  @BeforeEach
  void start() throws IOException {
    served = new ServedFolder(folder);
    Files.write(folder.resolve("film ü.mp4"), film);
  }

  @AfterEach
  void stop() {
    served.close();
  }

  private FileHandle open() throws IOException {
    return served.files.open(RootPath.of("k", "film ü.mp4"), OpenMode.READ);
  }

  @Test
  void aTicketServesAPlayerThatKnowsNoToken() throws Exception {
    try (FileHandle handle = open()) {
      URI url = served.files.streams().ticket(handle, Duration.ofMinutes(1));
      assertThat(url.toString()).startsWith(served.address() + "/stream/t/").endsWith(".mp4");
      try (InputStream in = url.toURL().openStream()) {
        assertThat(in.readAllBytes()).isEqualTo(film);
      }
      FilesClientTest.assertRefused(
          () -> served.files.streams().ticket(handle, Duration.ofDays(2)), 400, "EINVAL");
    }
  }

  @Test
  void aRangeIsStreamedWithWhatThePlayerNeedsToKnow() throws Exception {
    try (FileHandle handle = open();
        StreamPart part =
            served.files.streams().open(handle, ByteRange.of(film.length - 10, 100));
        StreamPart rest =
            served.files.streams().open(handle, ByteRange.of(film.length - 10, Long.MAX_VALUE))) {
      assertThat(part.range()).isEqualTo(ByteRange.of(film.length - 10, 10));
      assertThat(rest.range()).isEqualTo(part.range());
      assertThat(part.fileSize()).isEqualTo(film.length);
      assertThat(part.contentType()).isEqualTo("video/mp4");
      assertThat(part.etag()).startsWith("\"");
      assertThat(part.bytes().readAllBytes())
          .isEqualTo(Arrays.copyOfRange(film, film.length - 10, film.length));
    }
    try (FileHandle handle = open();
        StreamPart whole = served.files.streams().open(handle, ByteRange.whole())) {
      assertThat(whole.bytes().readAllBytes()).isEqualTo(film);
    }
  }

  @Test
  void whatCannotBeStreamedIsTold() throws Exception {
    try (FileHandle handle = open()) {
      FilesClientTest.assertRefused(
          () -> served.files.streams().open(handle, ByteRange.from(film.length)), 416, "ERANGE");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> served.files.streams().open(handle, ByteRange.of(0, 0)));
    }
  }

  @Test
  void theSessionOfTheClientIsAskedForBytes() throws Exception {
    try (TestClient session = served.session("tab-1");
        FilesClient files =
            FilesClient.builder(served.address(), ServedFolder.TOKEN).session("tab-1").build();
        FileHandle handle = files.open(RootPath.of("k", "film ü.mp4"), OpenMode.READ)) {
      CompletableFuture<Void> available =
          answer(session, asked -> new ClientFrame.RangeAvailable(asked.requestId()));
      try (StreamPart part = files.streams().open(handle, ByteRange.of(7, 100))) {
        assertThat(part.bytes().readAllBytes()).isEqualTo(Arrays.copyOfRange(film, 7, 107));
      }
      available.get();
      CompletableFuture<Void> rejected =
          answer(session, asked -> new ClientFrame.RangeReject(asked.requestId(), 416));
      FilesClientTest.assertRefused(
          () -> files.streams().open(handle, ByteRange.of(7, 100)), 416, "ERANGE");
      rejected.get();
    }
  }

  private static CompletableFuture<Void> answer(
      TestClient session, Function<DaemonFrame.RangeRequest, ClientFrame> answer) {
    return CompletableFuture.runAsync(
        () -> {
          try {
            session.send(answer.apply(session.expect(DaemonFrame.RangeRequest.class)));
          } catch (IOException | InterruptedException e) {
            throw new CompletionException(e);
          }
        });
  }
}
