package com.jstorrent.iodaemon.session;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.FrameWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which frames are handled together, as one TCP_SEND. */
class SendRunTest {
  private static final int HEADER_BYTES = 12;
  private static final int ANY = Integer.MAX_VALUE;

  /** A TCP_SEND for the socket of a digit; everything else has a letter. */
  private static ByteBuffer frame(int kind) {
    return switch (kind) {
      case 'c' -> FrameWriter.write(new ClientFrame.TcpClose(0, 1), 0);
      case 'e' -> FrameWriter.write(new ClientFrame.TcpSend(0, 1, data(0)), 0);
      case 's' -> frame('1').limit(HEADER_BYTES - 1); // too short
      case 'v' -> frame('1').put(0, (byte) 9); // another version
      case 'r' -> frame('1').put(4, (byte) 9); // another request
      case 'l' -> frame('1').order(ByteOrder.LITTLE_ENDIAN);
      default -> FrameWriter.write(new ClientFrame.TcpSend(0, kind - '0', data(1)), 0);
    };
  }

  private static int end(List<ByteBuffer> frames, int first) {
    return SendRun.end(frames, first, frames.size(), ANY);
  }

  private static ByteBuffer data(int bytes) {
    return ByteBuffer.wrap(new byte[bytes]);
  }

  @ParameterizedTest
  @CsvSource({
      "1, 1", "11, 2", "111, 3", "112, 2", "121, 1", "1c1, 1", "c11, 1", "1r, 1", "r11, 1",
      "rr1, 2",
      "1s1, 1", "s11, 1", "s, 1", "1e1, 3", "1l1, 1", "ll1, 2", "1v, 1", "vv, 1", "cc, 1"})
  void framesOfOneSocketAndWithOneHeaderAreARun(String frames, int end) {
    assertThat(end(frames.chars().mapToObj(SendRunTest::frame).toList(), 0)).isEqualTo(end);
  }

  @Test
  void aRunBeginsAnywhere() {
    List<ByteBuffer> frames = "2112".chars().mapToObj(SendRunTest::frame).toList();
    assertThat(end(frames, 1)).isEqualTo(3);
    assertThat(end(frames, 3)).isEqualTo(4);
  }

  @Test
  void aRunIsBounded() {
    List<ByteBuffer> frames = Collections.nCopies(10, frame('1'));
    int size = HEADER_BYTES + 1;
    assertThat(SendRun.end(frames, 1, 1, ANY)).isEqualTo(2);
    assertThat(SendRun.end(frames, 1, 5, ANY)).isEqualTo(6);
    assertThat(SendRun.end(frames, 1, 10, 2 * size)).isEqualTo(3);
    assertThat(SendRun.end(frames, 1, 10, 2 * size + 1)).isEqualTo(4);
    assertThat(SendRun.end(frames, 1, 10, 0)).isEqualTo(2);
  }

  @Test
  void theHeadersAreNoData() {
    List<ByteBuffer> frames = Stream.of('1', '1', 'e').map(SendRunTest::frame).toList();
    SendRun run = SendRun.of(frames);
    assertThat(run.bytes()).isEqualTo(3 * HEADER_BYTES + 2);
    assertThat(run.data()).containsExactly(frames.toArray(ByteBuffer[]::new));
    assertThat(frames).extracting(ByteBuffer::remaining).containsExactly(HEADER_BYTES + 1, 1, 0);
  }
}
