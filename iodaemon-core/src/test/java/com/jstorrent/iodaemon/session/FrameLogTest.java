package com.jstorrent.iodaemon.session;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.frame.FrameWriter;
import com.jstorrent.iodaemon.testkit.Peer;
import com.jstorrent.iodaemon.testkit.TestClient;
import com.jstorrent.iodaemon.testkit.TestDaemon;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.junit.jupiter.api.Test;

class FrameLogTest {
  private static final Logger LOGGER = Logger.getLogger(FrameLog.class.getName());

  /** Keeps the lines of the log as text. */
  private static final class Lines extends Handler {
    private final List<String> texts = new CopyOnWriteArrayList<>();

    @Override
    public void publish(LogRecord line) {
      texts.add(new SimpleFormatter().formatMessage(line));
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }

  @Test
  void aFrameIsDescribedByItsHeaderForBuffersOfEitherByteOrder() {
    ByteBuffer frame = FrameWriter.write(new ClientFrame.TcpClose(9, -2), 5);
    for (ByteOrder order : List.of(ByteOrder.BIG_ENDIAN, ByteOrder.LITTLE_ENDIAN)) {
      assertThat(FrameLog.describe(frame.order(order)))
          .isEqualTo("TCP_CLOSE id=4294967294 request=9 bytes=12");
    }
  }

  @Test
  void malformedFramesAreDescribedToo() {
    assertThat(FrameLog.describe(ByteBuffer.allocate(3))).contains("3 bytes");
    assertThat(FrameLog.describe(ByteBuffer.wrap(new byte[] {1, 0x55, 0, 0, 7, 0, 0, 0})))
        .isEqualTo("unknown opcode 85 request=7 bytes=8");
    assertThat(FrameLog.describe(ByteBuffer.wrap(new byte[] {1, 0x10, 0, 0, 7, 0, 0, 0, 1})))
        .as("cut off in the middle of its id")
        .isEqualTo("TCP_CONNECT request=7 bytes=9");
  }

  @Test
  void framesAreLoggedWithoutDataOrTokens() throws Exception {
    Lines lines = new Lines();
    Level before = LOGGER.getLevel();
    lines.setLevel(Level.ALL);
    LOGGER.addHandler(lines);
    LOGGER.setLevel(Level.ALL);
    try (TestDaemon daemon = TestDaemon.start();
        Peer peer = Peer.echoing();
        TestClient client = daemon.client()) {
      client.connect(7, peer.port());
      client.sendData(7, "a secret".getBytes(StandardCharsets.UTF_8));
      assertThat(client.receive(7, 8)).isEqualTo("a secret".getBytes(StandardCharsets.UTF_8));
      client.send(new ClientFrame.TcpClose(0, 7));
      client.expect(DaemonFrame.TcpClosed.class);
    } finally {
      LOGGER.setLevel(before);
      LOGGER.removeHandler(lines);
    }
    assertThat(lines.texts)
        .containsSubsequence(
            "Session 1 receives CLIENT_HELLO request=1 bytes=8",
            "Session 1 sends SERVER_HELLO request=1 bytes=8",
            "Session 1 receives TCP_CONNECT id=7 request=7 bytes=23",
            "Session 1 sends TCP_CONNECTED id=7 request=7 bytes=17",
            "Session 1 receives TCP_SEND id=7 request=0 bytes=20",
            "Session 1 sends TCP_RECV id=7 request=0 bytes=20",
            "Session 1 receives TCP_CLOSE id=7 request=0 bytes=12",
            "Session 1 sends TCP_CLOSE id=7 request=0 bytes=17")
        .noneMatch(line -> line.contains("secret") || line.contains(TestDaemon.TOKEN));
  }
}
