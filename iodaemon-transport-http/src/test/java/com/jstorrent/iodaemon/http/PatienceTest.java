package com.jstorrent.iodaemon.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.testkit.Peer;
import com.jstorrent.iodaemon.testkit.TestClient;
import com.jstorrent.iodaemon.testkit.TestDaemon;
import com.jstorrent.iodaemon.testkit.time.ManualClock;
import java.io.RandomAccessFile;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which requests wait for memory, which do not, and what is refused before any of them waits. */
class PatienceTest {
  private static final int MIB = 1 << 20;
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Limits IDLE_STAY =
      Limits.builder().keepAlive(Duration.ofDays(1)).build();

  private final ManualClock clock = new ManualClock();

  @TempDir
  Path folder;

  /** The daemon cuts off a client that takes nothing; so at least the time of a stall has passed. */
  private void letAClientStall(HttpDaemon daemon) throws Exception {
    try (RandomAccessFile file = new RandomAccessFile(folder.resolve("big").toFile(), "rw")) {
      file.setLength(256L * MIB);
    }
    long before = daemon.daemon.stats().get(Counter.HTTP_CONNECTIONS);
    try (RawHttp lazy = daemon.raw()) {
      lazy.send(
          "GET /read/k HTTP/1.1\nHost: localhost\nX-JST-Auth: tok\nX-Path-Base64: "
              + HttpDaemon.encoded("big")
              + "\n\n");
      lazy.line();
      TestDaemon.await(
          "the lazy client is cut off",
          () -> {
            clock.advance(SECOND);
            return daemon.daemon.stats().get(Counter.HTTP_CONNECTIONS) == before;
          });
    }
  }

  @Test
  void aPlayerThatWaitsForBytesIsNotTakenForOneThatTakesNone() throws Exception {
    byte[] content = Peer.bytes(1, 2 * MIB);
    Files.write(folder.resolve("film.mp4"), content);
    try (HttpDaemon daemon = new HttpDaemon(folder, IDLE_STAY, clock);
        TestClient session = daemon.session("player")) {
      String id = daemon.openFor("player", "film.mp4", "r");
      CompletableFuture<HttpResponse<byte[]>> player =
          daemon.later(daemon.request("/stream/" + id).build());
      session.send(
          new ClientFrame.RangeAvailable(
              session.expect(DaemonFrame.RangeRequest.class).requestId()));
      int second = session.expect(DaemonFrame.RangeRequest.class).requestId();
      session.send(new ClientFrame.RangeBlock(second));
      letAClientStall(daemon);
      letAClientStall(daemon);
      session.send(new ClientFrame.RangeReady(second));
      assertThat(Arrays.equals(player.get().body(), content)).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"67108865", "104857600", "2199023255552", "999999999999999999"})
  void aBodyThatIsDeclaredTooLongIsRefusedBeforeAnythingIsMade(String length) throws Exception {
    for (String digest : new String[] {"", "X-Expected-SHA1: " + "0".repeat(40) + "\n"}) {
      try (HttpDaemon daemon = new HttpDaemon(folder);
          RawHttp raw = daemon.raw()) {
        raw.send(
            HttpDaemon.writeHead("dir/f")
                + digest
                + "Content-Length: "
                + length
                + "\n\n");
        assertThat(raw.answer().status()).isEqualTo(413);
        assertThat(folder.resolve("dir")).doesNotExist();
      }
    }
  }

  @Test
  void aBatchHasSoManyExtentsAndNoMore() throws Exception {
    byte[] names = "kf".getBytes(StandardCharsets.US_ASCII);
    ByteBuffer batch =
        ByteBuffer.allocate((Limits.BATCH_EXTENTS + 1) * 18).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i <= Limits.BATCH_EXTENTS; i++) {
      batch.put((byte) 0).put((byte) 1).putShort((short) 1).putInt(0).putLong(0).put(names);
    }
    try (HttpDaemon daemon = new HttpDaemon(folder)) {
      HttpResponse<byte[]> response = daemon.post("/write/batch", batch.array(), Map.of());
      Answers.assertFailure(response, 400, "EINVAL");
      assertThat(folder.resolve("f")).doesNotExist();
      byte[] most = Arrays.copyOf(batch.array(), Limits.BATCH_EXTENTS * 18);
      assertThat(daemon.post("/write/batch", most, Map.of()).statusCode()).isEqualTo(200);
      assertThat(folder.resolve("f")).isEmptyFile();
    }
  }

  @Test
  void aSessionThatNamesItselfLateIsAskedToo() throws Exception {
    Files.write(folder.resolve("film.mp4"), new byte[10]);
    try (HttpDaemon daemon = new HttpDaemon(folder);
        TestClient session = daemon.nameless()) {
      session.send(new ClientFrame.ClientHello(1, "{\"caps\":[],\"session\":\"late\"}"));
      session.expect(DaemonFrame.ServerHello.class);
      String id = daemon.openFor("late", "film.mp4", "r");
      CompletableFuture<HttpResponse<byte[]>> player =
          daemon.later(daemon.request("/stream/" + id).build());
      session.send(
          new ClientFrame.RangeAvailable(
              session.expect(DaemonFrame.RangeRequest.class).requestId()));
      assertThat(player.get().body()).hasSize(10);
    }
  }
}
