package com.jstorrent.iodaemon.client;

import static com.jstorrent.iodaemon.client.WebSocketPeer.frame;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The client's WebSocket, against a peer that the test writes byte by byte (RFC 6455). */
@Timeout(600)
class WebSocketLinkTest {
  private static final Duration LONG = Duration.ofMinutes(5);
  private static final Duration SHORT = Duration.ofMillis(1);

  private WebSocketPeer peer;
  private FrameLink link;

  @BeforeEach
  void connect() throws Exception {
    peer = new WebSocketPeer();
    FutureTask<FrameLink> connecting = async(() -> connector().connect(LONG));
    peer.upgrade(frame(true, 2, (byte) 42));
    link = connecting.get();
  }

  private WebSocketConnector connector() {
    return new WebSocketConnector(peer.address(), "token", LONG);
  }

  private static <T> FutureTask<T> async(Callable<T> call) {
    FutureTask<T> task = new FutureTask<>(call);
    Thread.ofVirtual().start(task);
    return task;
  }

  @AfterEach
  void stop() throws Exception {
    link.abort();
    peer.close();
  }

  private byte[] receive() throws Exception {
    ByteBuffer frame = link.receive(LONG);
    byte[] bytes = new byte[frame.remaining()];
    frame.get(bytes);
    return bytes;
  }

  @Test
  void aFrameBehindTheAnswerToTheUpgradeIsNotLost() throws Exception {
    assertThat(receive()).containsExactly(42);
  }

  @Test
  void theRequestNamesHostTokenAndVersion() {
    assertThat(peer.request().lines())
        .contains(
            "GET /io HTTP/1.1", "Host: 127.0.0.1:" + peer.address().getPort(),
            "X-JST-Auth: token", "Sec-WebSocket-Version: 13");
  }

  @Test
  void aLargeFrameIsReadIntoMemoryThatWasReleased() throws Exception {
    receive();
    byte[] large = new byte[30_000];
    peer.write(frame(true, 2, large));
    ByteBuffer first = link.receive(LONG);
    link.release(first);
    large[29_999] = 7;
    peer.write(frame(true, 2, large));
    ByteBuffer second = link.receive(LONG);
    assertThat(second).isSameAs(first).isEqualTo(ByteBuffer.wrap(large));
  }

  @Test
  void partsOfAMessageArePutTogether() throws Exception {
    receive();
    peer.write(frame(false, 2, (byte) 1, (byte) 2));
    peer.write(frame(true, 9));
    peer.write(frame(false, 0));
    peer.write(frame(true, 0, (byte) 3));
    assertThat(receive()).containsExactly(1, 2, 3);
    peer.write(frame(true, 2, (byte) 4));
    assertThat(receive()).containsExactly(4);
  }

  @Test
  void aReadThatTimesOutWithinAFrameIsContinued() throws Exception {
    receive();
    byte[] large = new byte[70_000];
    large[69_999] = 7;
    ByteBuffer frame =
        ByteBuffer.allocate(10 + large.length)
            .put((byte) 0x82)
            .put((byte) 127)
            .putLong(70_000)
            .put(large);
    for (int i = 0; i < 12; i++) { // the header, and a part of the payload
      peer.write(frame.get(i));
      assertThat(link.receive(SHORT)).isNull();
    }
    peer.write(Arrays.copyOfRange(frame.array(), 12, frame.capacity()));
    assertThat(receive()).isEqualTo(large);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3, 7, 8, 9, 125, 126, 127, 65_535, 65_536, 65_537, 200_003})
  void whatIsSentIsMaskedAndWhole(int length) throws Exception {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) (i * 31 + (i >> 8));
    }
    ByteBuffer frame = ByteBuffer.allocate(length + 5).position(5).put(bytes).position(5);
    FutureTask<Void> sending =
        async(
            () -> {
              link.send(frame);
              return null;
            });
    assertThat(peer.read()).isEqualTo(new WebSocketPeer.Received(2, ByteBuffer.wrap(bytes)));
    sending.get();
  }

  @Test
  void aPingIsAnsweredWithItsOwnBytes() throws Exception {
    receive();
    peer.write(frame(true, 9, (byte) 5, (byte) 6));
    peer.write(frame(true, 2));
    assertThat(receive()).isEmpty();
    assertThat(peer.read())
        .isEqualTo(new WebSocketPeer.Received(10, ByteBuffer.wrap(new byte[] {5, 6})));
  }

  @Test
  void aPingIsAnsweredWhileTheApplicationsVirtualThreadsKeepAllCarriersBusy() throws Exception {
    receive();
    AtomicBoolean done = new AtomicBoolean();
    for (int i = 0; i < 2 * Runtime.getRuntime().availableProcessors(); i++) {
      Thread.ofVirtual()
          .start(
              () -> {
                while (!done.get()) {
                  Thread.onSpinWait();
                }
              });
    }
    try {
      peer.write(frame(true, 9, (byte) 5));
      peer.write(frame(true, 2));
      assertThat(receive()).isEmpty();
      peer.timeout(Duration.ofMinutes(1)); // without a carrier it would never come
      assertThat(peer.read())
          .isEqualTo(new WebSocketPeer.Received(10, ByteBuffer.wrap(new byte[] {5})));
    } finally {
      done.set(true);
    }
  }

  @Test
  void pingsAndPartsOfAMessageDoNotProlongATimeLimit() throws Exception {
    receive();
    AtomicBoolean done = new AtomicBoolean();
    FutureTask<Void> pinging =
        async(
            () -> {
              while (!done.get()) {
                peer.write(frame(true, 10));
                peer.write(frame(false, 0));
              }
              return null;
            });
    try {
      peer.write(frame(false, 2, (byte) 1));
      assertThat(link.receive(Duration.ofMillis(20))).isNull();
    } finally {
      done.set(true);
      link.abort();
    }
    try {
      pinging.get();
    } catch (ExecutionException e) { // the connection has ended in the middle of a write
      assertThat(e).hasCauseInstanceOf(IOException.class);
    }
  }

  @Test
  void aPingDuringASendThatBlocksIsAnsweredBehindIt() throws Exception {
    receive();
    ByteBuffer large = ByteBuffer.allocate(16 << 20); // more than the system takes
    FutureTask<Void> sending =
        async(
            () -> {
              link.send(large.duplicate());
              return null;
            });
    TestWait.until(() -> peer.available() > 0);
    peer.write(frame(true, 9, (byte) 8));
    peer.write(frame(true, 2, (byte) 1));
    assertThat(receive()).as("reading goes on").containsExactly(1);
    assertThat(sending.isDone()).isFalse();
    assertThat(peer.read()).isEqualTo(new WebSocketPeer.Received(2, large));
    assertThat(peer.read())
        .isEqualTo(new WebSocketPeer.Received(10, ByteBuffer.wrap(new byte[] {8})));
    sending.get();
  }

  @ParameterizedTest
  @CsvSource({
      "8100,                 a text",
      "828100000000ff,       a masked frame",
      "c200,                 a reserved bit",
      "8300,                 an opcode that is not defined",
      "0900,                 a control frame in parts",
      "897e0080,             a control frame that is too long",
      "827f0000000001000001, a message of more than 16 MiB",
      "827fffffffffffffffff, a message of more than 2^63 bytes",
  })
  void whatRfc6455DoesNotAllowEndsTheConnection(String hex, String what) throws Exception {
    receive();
    peer.write(HexFormat.of().parseHex(hex));
    assertThatThrownBy(() -> link.receive(LONG)).as(what).isExactlyInstanceOf(IOException.class);
    assertThatThrownBy(() -> link.receive(LONG)).as("it stays so").isInstanceOf(IOException.class);
  }

  @Test
  void aCloseOfTheDaemonIsAnsweredAndReported() throws Exception {
    receive();
    peer.write(frame(true, 8, (byte) (1001 >> 8), (byte) 1001));
    assertThatThrownBy(() -> link.receive(LONG))
        .isInstanceOfSatisfying(
            LinkClosedException.class, e -> assertThat(e.code()).isEqualTo(1001));
    assertThat(peer.read())
        .isEqualTo(
            new WebSocketPeer.Received(8, ByteBuffer.allocate(2).putShort((short) 1001).flip()));
  }

  @Test
  void aConnectionThatEndsWithoutACloseIsBroken() throws Exception {
    receive();
    peer.close();
    assertThatThrownBy(() -> link.receive(LONG))
        .isExactlyInstanceOf(IOException.class)
        .hasMessage("The connection to the daemon has broken.");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void closeSendsACloseAndWaitsForTheAnswer(boolean reading) throws Exception {
    FutureTask<byte[]> reader = reading ? async(this::receiveAll) : null;
    FutureTask<Void> closing =
        async(
            () -> {
              link.close();
              return null;
            });
    assertThat(peer.read())
        .isEqualTo(
            new WebSocketPeer.Received(8, ByteBuffer.allocate(2).putShort((short) 1000).flip()));
    peer.write(frame(true, 2, (byte) 9));
    peer.write(frame(true, 8, (byte) (1000 >> 8), (byte) 1000));
    assertThat(peer.ends()).isTrue();
    closing.get();
    if (reader != null) {
      assertThatThrownBy(reader::get).hasRootCauseInstanceOf(IOException.class);
    }
  }

  private byte[] receiveAll() throws Exception {
    while (true) {
      receive();
    }
  }

  @Test
  void abortEndsASendAndAReceiveThatBlock() throws Exception {
    receive();
    FutureTask<ByteBuffer> receiving = async(() -> link.receive(LONG));
    FutureTask<Void> sending =
        async(
            () -> {
              link.send(ByteBuffer.allocate(16 << 20));
              return null;
            });
    link.abort();
    assertThatThrownBy(receiving::get)
        .hasRootCauseInstanceOf(SocketException.class)
        .hasRootCauseMessage("The connection to the daemon was closed here.");
    assertThatThrownBy(sending::get).hasRootCauseInstanceOf(SocketException.class);
  }
}
