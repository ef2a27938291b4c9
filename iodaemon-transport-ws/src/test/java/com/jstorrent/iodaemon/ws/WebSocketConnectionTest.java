package com.jstorrent.iodaemon.ws;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.testkit.transport.ClientEnd;
import com.jstorrent.iodaemon.testkit.transport.FrameConnectionContract;
import com.jstorrent.iodaemon.transport.SessionAcceptor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;

/** The contract for connections, over a WebSocket on a real socket. */
class WebSocketConnectionTest implements FrameConnectionContract {
  private final List<AutoCloseable> opened = new ArrayList<>();

  @Override
  public ClientEnd connect(SessionAcceptor acceptor) throws IOException {
    UpgradePort port = new UpgradePort(acceptor, Limits.DEFAULT);
    opened.add(port);
    RawWebSocket client = RawWebSocket.connect(port.port());
    opened.add(client);
    return new ClientEnd() {
      @Override
      public void send(byte[] frame) throws IOException {
        client.frame(RawWebSocket.BINARY, frame);
      }

      @Override
      public byte[] receive() throws IOException {
        RawWebSocket.Frame frame = client.next();
        while (frame != null && frame.opcode() == RawWebSocket.PING) {
          frame = client.next(); // of a probe
        }
        if (frame == null || frame.opcode() == RawWebSocket.CLOSE) {
          return null;
        }
        assertThat(frame.opcode()).isEqualTo(RawWebSocket.BINARY);
        return frame.payload();
      }

      @Override
      public void close() throws IOException {
        client.frame(
            RawWebSocket.CLOSE, ByteBuffer.allocate(2).putShort((short) 1000).array());
      }

      @Override
      public void vanish() throws IOException {
        client.vanish();
      }
    };
  }

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable each : opened) {
      each.close();
    }
  }
}
