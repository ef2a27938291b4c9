package com.jstorrent.iodaemon.ws;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.jstorrent.iodaemon.IoDaemon;
import com.jstorrent.iodaemon.fuzz.Defects;
import com.jstorrent.iodaemon.fuzz.Loopback;
import com.jstorrent.iodaemon.http.HttpTransport;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/**
 * Any bytes after an upgrade are answered with well-formed frames and the end of the connection. The
 * token cannot be guessed, so no sockets are opened; SessionFuzzTest covers frames after AUTH.
 */
class WebSocketFuzzTest {
  private static final byte[] UPGRADE =
      ("GET /io HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
          + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n")
          .getBytes(ISO_8859_1);

  private static Defects defects;
  private static IoDaemon daemon;

  @BeforeAll
  static void begin() throws IOException {
    defects = new Defects();
    daemon =
        IoDaemon.builder()
            .token("a token that is too long to be guessed by trying bytes")
            .transport(HttpTransport.onPort(0).upgrade(WebSocketUpgrade.io()))
            .build()
            .start();
  }

  @AfterAll
  static void end() {
    daemon.close();
    defects.close();
  }

  @FuzzTest
  void connections(byte[] bytes) throws IOException {
    Loopback.only();
    byte[] answer = Loopback.exchange(daemon.port(), UPGRADE, bytes);
    String text = new String(answer, ISO_8859_1);
    if (answer.length > 0) {
      assertThat(text).startsWith("HTTP/1.1 101 ").contains("\r\n\r\n");
      int head = text.indexOf("\r\n\r\n") + 4;
      requireFrames(ByteBuffer.wrap(Arrays.copyOfRange(answer, head, answer.length)));
    }
    defects.assertNone();
  }

  /** Unmasked, unfragmented, nothing reserved, a Close only as the last one (RFC 6455 § 5). */
  private static void requireFrames(ByteBuffer in) {
    boolean closed = false;
    while (in.hasRemaining()) {
      assertThat(closed).isFalse();
      int first = Byte.toUnsignedInt(in.get());
      int second = Byte.toUnsignedInt(in.get());
      assertThat(first & ~WireFormat.OPCODE).isEqualTo(WireFormat.FIN);
      assertThat(first & WireFormat.OPCODE)
          .isIn(WireFormat.OP_BINARY, WireFormat.OP_CLOSE, WireFormat.OP_PONG);
      assertThat(second).isLessThan(WireFormat.LENGTH_64); // unmasked, and not so long
      int length = second == WireFormat.LENGTH_16 ? Short.toUnsignedInt(in.getShort()) : second;
      in.position(in.position() + length);
      closed = (first & WireFormat.OPCODE) == WireFormat.OP_CLOSE;
    }
  }
}
