package com.jstorrent.iodaemon.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.json.Json;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.testkit.Peer;
import com.jstorrent.iodaemon.testkit.TestDaemon;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.commons.codec.digest.DigestUtils;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * PROTOCOL.md § 5: bodies that arrive slowly hold memory only for what has arrived, and keep no other client from
 * writing.
 */
class DrippingUploadsTest {
  private static final int MIB = 1 << 20;
  private static final String DIGEST = "X-Expected-SHA1: " + "a".repeat(40) + "\n";

  /** No body is too late in this test, however slow the machine is. */
  private static final Limits LIMITS =
      Limits.builder().bodyStall(Duration.ofHours(1)).build();

  @AutoClose
  private final HttpFixture fixture = new HttpFixture(LIMITS);
  private final Path folder = fixture.folder;
  private final HttpDaemon daemon = fixture.daemon;
  private final List<RawHttp> drippers = new ArrayList<>();

  @BeforeEach
  void start() throws Exception {
    Files.write(folder.resolve("f"), new byte[10]);
  }

  @AfterEach
  void stop() throws Exception {
    for (RawHttp each : drippers) {
      each.close();
    }
  }

  /** Sends the head of an upload and this part of its body, and nothing more. */
  private void drip(int count, String head, String body) throws Exception {
    int before = drippers.size();
    for (int i = 0; i < count; i++) {
      RawHttp dripper = daemon.raw();
      drippers.add(dripper);
      dripper.send(head + "\n").sendExactly(body);
    }
    TestDaemon.await(
        "the uploads have begun",
        () -> daemon.daemon.stats().get(Counter.HTTP_REQUESTS) >= before + count);
  }

  private static String write(String name, String framing) {
    return HttpDaemon.writeHead(name) + framing;
  }

  private static String post(String route, String framing) {
    return "POST " + route + " HTTP/1.1\nHost: localhost\nX-JST-Auth: tok\n" + framing;
  }

  /** One of each kind of upload, of which each needs memory. */
  private void assertOthersAreServed() throws Exception {
    for (int length : new int[] {16 << 10, MIB, 5 * MIB}) {
      byte[] body = Peer.bytes(length, length);
      Map<String, String> head =
          Map.of(
              "X-Path-Base64", HttpDaemon.encoded("piece"),
              "X-Expected-SHA1", DigestUtils.sha1Hex(body));
      assertThat(daemon.post("/write/k", body, head).statusCode()).isEqualTo(200);
      assertThat(Arrays.equals(Files.readAllBytes(folder.resolve("piece")), body)).isTrue();
      Map<String, String> plain = Map.of("X-Path-Base64", HttpDaemon.encoded("plain"));
      assertThat(daemon.post("/write/k", body, plain).statusCode()).isEqualTo(200);
      assertThat(daemon.post("/hash/sha1", body, Map.of()).body())
          .isEqualTo(DigestUtils.sha1(body));
      byte[] extent =
          ByteBuffer.allocate(18 + length)
              .order(ByteOrder.LITTLE_ENDIAN)
              .put((byte) 0)
              .put((byte) 1)
              .putShort((short) 1)
              .putInt(length)
              .putLong(0)
              .put("kb".getBytes(StandardCharsets.US_ASCII))
              .put(body)
              .array();
      assertThat(daemon.post("/write/batch", extent, Map.of()).statusCode()).isEqualTo(200);
      assertThat(Arrays.equals(Files.readAllBytes(folder.resolve("b")), body)).isTrue();
      HttpResponse<byte[]> stat =
          daemon.json("/hash/from-file", Json.write(Map.of(
              "algorithm", "sha1",
              "padding", "x".repeat(length),
              "fileRanges", List.of(Map.of("root_key", "k", "path", "f")))));
      assertThat(stat.statusCode()).isEqualTo(200);
    }
  }

  /** Each kind of body that is held whole, with one byte of it. */
  @ParameterizedTest
  @ValueSource(
      strings = {
          "Content-Length: 50331648\n", "Content-Length: 67108864\n", "Transfer-Encoding: chunked\n"
      })
  void verifiedOnesOfWhichAByteHasComeHoldNoMore(String framing) throws Exception {
    drip(200, write("big", DIGEST + framing), framing.startsWith("T") ? "3000000\r\nx" : "x");
    assertOthersAreServed();
  }

  @Test
  void soDoBatches() throws Exception {
    drip(200, post("/write/batch", "Content-Length: 67108864\n"), "x");
    assertOthersAreServed();
  }

  @Test
  void soDoSmallOnes() throws Exception {
    drip(800, write("small", "Content-Length: 65536\n"), "x");
    assertOthersAreServed();
  }

  @Test
  void soDoThoseThatGoToTheDiskAsTheyCome() throws Exception {
    drip(200, write("long", "Content-Length: 67108864\n"), "x");
    drip(200, post("/hash/sha256", "Content-Length: 67108864\n"), "x");
    assertOthersAreServed();
  }

  @Test
  void soDoThoseInJsonOfWhichMuchHasCome() throws Exception {
    drip(
        3, post("/hash/pieces", "Content-Length: 16000000\n"),
        "{\"algorithm\":\"" + "x".repeat(MIB));
    assertOthersAreServed();
  }

  /** What has arrived is really held here, so one of the slow bodies is refused and has to be sent again. */
  @Test
  void thoseThatHoldEverythingAndGoOnSlowlyGiveWay() throws Exception {
    drip(2, write("big", DIGEST + "Content-Length: 67108864\n"), "x".repeat(48 * MIB - MIB / 4));
    TestDaemon.await(
        "everything is held",
        () -> daemon.daemon.stats().get(Counter.MEMORY_BODIES) >= 48 * MIB);
    assertOthersAreServed();
    TestDaemon.await("a body to give way", () -> drippers.stream().anyMatch(this::hasAnswer));
    for (RawHttp dripper : drippers) {
      if (dripper.hasInput()) {
        RawHttp.Answer answer = dripper.answer();
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.headers()).containsKey("retry-after")
            .containsEntry("connection", "close");
        Answers.assertFailure(answer.body(), "EBUSY");
        assertThat(folder.resolve("big")).doesNotExist();
        return;
      }
    }
  }

  private boolean hasAnswer(RawHttp dripper) {
    try {
      return dripper.hasInput();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void aSlowBodyIsWrittenWhenNoOtherNeedsItsMemory() throws Exception {
    byte[] body = Peer.bytes(1, 2 * MIB);
    String head =
        write(
            "slow",
            "X-Expected-SHA1: " + DigestUtils.sha1Hex(body) + "\nContent-Length: " + body.length
                + "\n");
    try (RawHttp slow = daemon.raw()) {
      slow.send(head + "\n");
      int half = MIB + 1;
      slow.sendExactly(new String(body, 0, half, StandardCharsets.ISO_8859_1));
      assertOthersAreServed();
      slow.sendExactly(new String(body, half, body.length - half, StandardCharsets.ISO_8859_1));
      assertThat(slow.answer().status()).isEqualTo(200);
    }
    assertThat(Arrays.equals(Files.readAllBytes(folder.resolve("slow")), body)).isTrue();
  }
}
