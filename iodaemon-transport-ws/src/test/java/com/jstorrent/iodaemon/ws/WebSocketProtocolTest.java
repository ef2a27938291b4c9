package com.jstorrent.iodaemon.ws;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.testkit.transport.RecordingReceiver;
import com.jstorrent.iodaemon.testkit.transport.RecordingReceiver.Event;
import com.jstorrent.iodaemon.memory.MemoryAccount;
import com.jstorrent.iodaemon.memory.MemoryBudget;
import com.jstorrent.iodaemon.memory.MemoryUse;
import com.jstorrent.iodaemon.memory.Share;
import com.jstorrent.iodaemon.stats.live.Stats;
import com.jstorrent.iodaemon.testkit.TestDaemon;
import com.jstorrent.iodaemon.time.AwakeClock;
import com.jstorrent.iodaemon.transport.CloseReason;
import com.jstorrent.iodaemon.transport.FrameConnection;
import com.jstorrent.iodaemon.transport.FrameReceiver;
import com.jstorrent.iodaemon.transport.LargeFrame;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Valid, unusual and invalid uses of RFC 6455. */
class WebSocketProtocolTest {
  private static final int LIMIT = 1000;
  private static final int FIN = 0x80;

  private final ExecutorService relay =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().factory());
  private int limit = LIMIT;
  private @Nullable MemoryAccount memory; // instead of the receiver's
  private CompletableFuture<RecordingReceiver> accepted;
  private UpgradePort port;
  private RawWebSocket client;

  @BeforeEach
  void connect() throws Exception {
    open(Limits.DEFAULT);
  }

  private void open(Limits limits) throws Exception {
    accepted = new CompletableFuture<>();
    port =
        new UpgradePort(
            (connection, info) -> {
              RecordingReceiver receiver = new RecordingReceiver(connection, limit);
              accepted.complete(receiver);
              return new FlushingReceiver(connection, receiver);
            },
            limits);
    client = RawWebSocket.connect(port.port());
  }

  @AfterEach
  void close() throws Exception {
    client.close();
    port.close();
  }

  private RecordingReceiver receiver() throws Exception {
    return accepted.get();
  }

  private void assertClosedWith(int code) throws IOException {
    RawWebSocket.Frame frame = client.next();
    assertThat(frame.opcode()).isEqualTo(RawWebSocket.CLOSE);
    assertThat(frame.closeCode()).isEqualTo(code);
  }

  @Test
  void pingsAreAnsweredWithTheirPayload() throws Exception {
    client.frame(RawWebSocket.PING, "hello".getBytes(UTF_8));
    RawWebSocket.Frame pong = client.next();
    assertThat(pong.opcode()).isEqualTo(RawWebSocket.PONG);
    assertThat(pong.payload()).isEqualTo("hello".getBytes(UTF_8));
  }

  @Test
  void aFragmentedMessageWithAPingInBetweenArrives() throws Exception {
    client.frame(RawWebSocket.BINARY, true, 2, new byte[] {1, 2});
    client.frame(RawWebSocket.PING, new byte[0]);
    client.frame(0, true, 1, new byte[] {3});
    client.frame(FIN, true, 2, new byte[] {4, 5});
    assertThat(receiver().next())
        .isEqualTo(new Event.Frame(ByteBuffer.wrap(new byte[] {1, 2, 3, 4, 5})));
    assertThat(client.next().opcode()).isEqualTo(RawWebSocket.PONG);
  }

  /** The limit counts the bytes only, however small the fragments are. */
  @ParameterizedTest
  @ValueSource(ints = {1, 15, 16, 17, LIMIT - 1})
  void aFragmentedMessageOfExactlyTheLimitArrives(int length) throws Exception {
    byte[] content = new byte[LIMIT];
    new Random(length).nextBytes(content);
    sendInFragments(content, length);
    assertThat(receiver().next()).isEqualTo(new Event.Frame(ByteBuffer.wrap(content)));
    sendInFragments(new byte[LIMIT + 1], length);
    assertThat(receiver().next()).isEqualTo(new Event.Violation(CloseReason.TOO_BIG));
  }

  private void sendInFragments(byte[] content, int length) throws IOException {
    int first = RawWebSocket.BINARY;
    for (int at = 0; at < content.length; at += length) {
      byte[] part = Arrays.copyOfRange(content, at, Math.min(at + length, content.length));
      int fin = at + length >= content.length ? FIN : 0;
      client.frame(first | fin, true, part.length, part);
      client.frame(RawWebSocket.PONG, new byte[0]);
      first = 0;
    }
  }

  @Test
  void textIsClosedWith1003() throws Exception {
    client.frame(RawWebSocket.TEXT, "hi".getBytes(UTF_8));
    assertClosedWith(1003);
    assertThat(receiver().next()).isEqualTo(new Event.Closed(true));
  }

  @Test
  void fragmentedTextIsClosedWith1003AtTheFirstFragment() throws Exception {
    client.frame(RawWebSocket.TEXT, true, 1, new byte[] {'h'});
    assertClosedWith(1003);
  }

  @Test
  void aCloseIsEchoedAndTheConnectionEnds() throws Exception {
    client.frame(RawWebSocket.CLOSE, new byte[] {0x0F, (byte) 0xA0}); // 4000
    assertClosedWith(4000);
    assertThat(client.next()).isNull();
    assertThat(receiver().next()).isEqualTo(new Event.Closed(false));
  }

  @Test
  void aCloseWhoseReasonIsNotUtf8IsAnsweredWith1007() throws Exception {
    client.frame(RawWebSocket.CLOSE, new byte[] {0x03, (byte) 0xE8, (byte) 0xFF});
    assertClosedWith(1007);
    assertThat(client.next()).isNull();
    assertThat(receiver().next()).isEqualTo(new Event.Closed(true));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 999, 1004, 1005, 1006, 1015, 5000, 65_535})
  void forbiddenCodesAreClosedWith1002(int code) throws Exception {
    client.frame(RawWebSocket.CLOSE, new byte[] {(byte) (code >> 8), (byte) code});
    assertClosedWith(1002);
  }

  @Test
  void aTruncatedCodeIsClosedWith1002() throws Exception {
    client.frame(RawWebSocket.CLOSE, new byte[] {3});
    assertClosedWith(1002);
  }

  @Test
  void framesAfterACloseAreNotDelivered() throws Exception {
    ByteBuffer both = ByteBuffer.allocate(64);
    both.put(new byte[] {(byte) 0x88, (byte) 0x80, 0, 0, 0, 0});
    both.put(new byte[] {(byte) 0x82, (byte) 0x81, 0, 0, 0, 0, 9});
    both.put(new byte[] {(byte) 0x89, (byte) 0x80, 0, 0, 0, 0});
    byte[] bytes = new byte[both.flip().remaining()];
    both.get(bytes);
    client.write(bytes);
    assertThat(receiver().next()).isEqualTo(new Event.Closed(true));
    receiver().assertExhausted();
  }

  @Test
  void unmaskedFramesAreAViolation() throws Exception {
    client.frame(FIN | RawWebSocket.BINARY, false, 1, new byte[1]);
    assertThat(receiver().next()).isEqualTo(new Event.Violation(CloseReason.PROTOCOL_ERROR));
  }

  @ParameterizedTest
  @ValueSource(ints = {0x40, 0x20, 0x10})
  void reservedBitsAreAViolation(int bit) throws Exception {
    client.frame(FIN | bit | RawWebSocket.BINARY, true, 1, new byte[1]);
    assertThat(receiver().next()).isEqualTo(new Event.Violation(CloseReason.PROTOCOL_ERROR));
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 7, 11, 15})
  void reservedOpcodesAreAViolation(int opcode) throws Exception {
    client.frame(opcode, new byte[1]);
    assertThat(receiver().next()).isEqualTo(new Event.Violation(CloseReason.PROTOCOL_ERROR));
  }

  @Test
  void longOrFragmentedControlFramesAreAViolation() throws Exception {
    client.frame(RawWebSocket.PING, new byte[126]);
    assertThat(receiver().next()).isEqualTo(new Event.Violation(CloseReason.PROTOCOL_ERROR));
  }

  @Test
  void aFragmentedPingIsAViolation() throws Exception {
    client.frame(RawWebSocket.PING, true, 0, new byte[0]);
    assertThat(receiver().next()).isEqualTo(new Event.Violation(CloseReason.PROTOCOL_ERROR));
  }

  @ParameterizedTest
  @ValueSource(
      longs = {LIMIT + 1, 65_536, Integer.MAX_VALUE, 1L << 40, Long.MAX_VALUE, -1, Long.MIN_VALUE})
  void excessiveLengthsAreAViolationBeforeTheirBytesArrive(long declared)
      throws Exception {
    client.frame(FIN | RawWebSocket.BINARY, true, declared, new byte[0]);
    assertThat(receiver().next()).isEqualTo(new Event.Violation(CloseReason.TOO_BIG));
  }

  @Test
  void unexpectedContinuationsAreClosedWith1002() throws Exception {
    client.frame(FIN, true, 1, new byte[1]);
    assertClosedWith(1002);
  }

  @Test
  void aMessageInsideAFragmentedOneIsClosedWith1002() throws Exception {
    client.frame(RawWebSocket.BINARY, true, 1, new byte[1]);
    client.frame(RawWebSocket.BINARY, new byte[1]);
    assertClosedWith(1002);
  }

  @Test
  void aFrameSentByteByByteArrives() throws Exception {
    byte[] frame = {(byte) 0x82, (byte) 0x83, 1, 1, 1, 1, 1 ^ 7, 1 ^ 8, 1 ^ 9};
    for (byte each : frame) {
      client.write(new byte[] {each});
    }
    assertThat(receiver().next()).isEqualTo(new Event.Frame(ByteBuffer.wrap(new byte[] {7, 8, 9})));
  }

  @Test
  void aClientThatNeverAnswersPingsIsDisconnected() throws Exception {
    close();
    open(Limits.builder().pingInterval(Duration.ofMillis(50)).build());
    assertThat(client.next().opcode()).isEqualTo(RawWebSocket.PING);
    assertThat(receiver().next()).as("two missed pongs").isEqualTo(new Event.Closed(false));
  }

  @Test
  void lengthsThatOverflowAfterAFragmentAreAViolation() throws Exception {
    client.frame(RawWebSocket.BINARY, true, 0, new byte[0]);
    client.frame(FIN, true, Long.MAX_VALUE, new byte[0]);
    assertThat(receiver().next()).isEqualTo(new Event.Violation(CloseReason.TOO_BIG));
  }

  /** The daemon aborts the connection to a client that is gone, which the reader cannot see while it waits. */
  @Test
  void aReaderThatWaitsForMemoryEndsWhenItsConnectionIsAborted() throws Exception {
    close();
    limit = 1 << 20;
    try (AwakeClock clock = new AwakeClock(failure -> {})) {
      MemoryAccount full = new MemoryBudget(limit, limit, new Stats(), clock).open(Share.RESERVED);
      full.take(MemoryUse.CONNECTIONS, limit);
      memory = full;
      open(Limits.DEFAULT);
      client.frame(FIN | RawWebSocket.BINARY, true, limit, new byte[300 << 10]);
      TestDaemon.await("the reader to wait", WebSocketProtocolTest::someThreadWaitsForMemory);
      receiver().connection().abort();
      assertThat(receiver().next()).isEqualTo(new Event.Closed(false));
    }
  }

  private static boolean someThreadWaitsForMemory() {
    return Thread.getAllStackTraces()
        .values()
        .stream()
        .flatMap(Arrays::stream)
        .anyMatch(frame -> frame.getMethodName().equals("awaitTake"));
  }

  /** Flushes on request, as a session does, on one thread instead of the relay's. */
  private final class FlushingReceiver implements FrameReceiver {
    private final FrameConnection connection;
    private final RecordingReceiver recording;

    FlushingReceiver(FrameConnection connection, RecordingReceiver recording) {
      this.connection = connection;
      this.recording = recording;
    }

    @Override
    public int frameLimit() {
      return recording.frameLimit();
    }

    @Override
    public void onFrame(ByteBuffer frame) {
      recording.onFrame(frame);
    }

    @Override
    public MemoryAccount memory() {
      return memory == null ? recording.memory() : memory;
    }

    @Override
    public void onLargeFrame(LargeFrame frame) {
      recording.onLargeFrame(frame);
    }

    @Override
    public void onViolation(CloseReason reason, String sentence) {
      recording.onViolation(reason, sentence);
      connection.close(reason);
    }

    @Override
    public void onFlushWanted() {
      relay.execute(
          () -> {
            try {
              connection.flush();
            } catch (IOException e) {
              // The test has ended the connection.
            }
          });
    }

    @Override
    public void onClosed(boolean finished) {
      recording.onClosed(finished);
    }
  }
}
