package com.jstorrent.iodaemon.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.json.Json;
import com.jstorrent.iodaemon.testkit.Peer;
import java.net.Socket;
import java.net.http.HttpClient;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** PROTOCOL.md § 9 over a real WebSocket, with the behaviour of a browser's stopped worker. */
class ResumeIT {
  private static final String TOKEN = "t";
  private static final int EAGAIN = 11;
  private static final String HELLO = "{\"caps\":[\"resume\",\"halfclose\",\"no-such-thing\"]}";
  private static final int NO_CLOSE = 0;

  @ParameterizedTest
  @ValueSource(ints = {NO_CLOSE, 1001})
  void aStoppedWorkerResumesItsSession(int code) throws Exception {
    try (DaemonProcess daemon = DaemonProcess.start(Map.of(), "--token", TOKEN);
        Peer peer = Peer.open()) {
      int port = daemon.port();
      HttpClient http = HttpClient.newHttpClient();
      WireClient first = new WireClient(http, port, TOKEN, HELLO);
      Map<String, ?> hello = Json.readObject(first.serverHello());
      assertThat(hello.get("caps")).isEqualTo(List.of("halfclose", "resume"));
      String ticket = String.valueOf(hello.get("ticket"));
      first.send(new ClientFrame.TcpConnect(1, 1, peer.port(), "127.0.0.1"));
      first.expect(DaemonFrame.TcpConnected.class);
      Socket socket = peer.accept();
      if (code == NO_CLOSE) {
        first.close();
      } else {
        first.close(code);
      }
      socket.getOutputStream().write(new byte[] {1, 2, 3});
      try (WireClient second = new WireClient(http, port, TOKEN, HELLO)) {
        DaemonFrame.Resumed resumed;
        do { // the first connection may still be ending
          second.send(new ClientFrame.Resume(5, 1, ticket));
          resumed = second.expect(DaemonFrame.Resumed.class);
        } while (resumed.errno() == EAGAIN);
        assertThat(resumed.errno()).isZero();
        assertThat(resumed.fromClient()).isEqualTo(1);
        assertThat(resumed.entries()).hasSize(1);
        ByteBuffer data = second.expect(DaemonFrame.TcpRecv.class).data();
        assertThat(data).isEqualTo(ByteBuffer.wrap(new byte[] {1, 2, 3}));
        second.send(new ClientFrame.TcpSend(0, 1, ByteBuffer.wrap(new byte[] {4})));
        assertThat(socket.getInputStream().read()).isEqualTo(4);
      }
    }
  }

  @Test
  void aCloseWith1000EndsTheSession() throws Exception {
    try (DaemonProcess daemon = DaemonProcess.start(Map.of(), "--token", TOKEN);
        Peer peer = Peer.open()) {
      WireClient client =
          new WireClient(HttpClient.newHttpClient(), daemon.port(), TOKEN, HELLO);
      client.send(new ClientFrame.TcpConnect(1, 1, peer.port(), "127.0.0.1"));
      client.expect(DaemonFrame.TcpConnected.class);
      Socket socket = peer.accept();
      client.close(1000);
      assertThat(socket.getInputStream().read()).as("its sockets are closed at once").isEqualTo(-1);
      client.close();
    }
  }
}
