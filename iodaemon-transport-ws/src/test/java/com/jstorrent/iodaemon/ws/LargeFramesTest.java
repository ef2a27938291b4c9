package com.jstorrent.iodaemon.ws;

import static com.jstorrent.iodaemon.ws.WholeDaemon.expect;
import static com.jstorrent.iodaemon.ws.WholeDaemon.send;
import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.frame.Opcode;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.testkit.Peer;
import com.jstorrent.iodaemon.testkit.TestDaemon;
import com.jstorrent.iodaemon.transport.DaemonServices;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Frames that are larger than a buffer, from a WebSocket to a peer, and the memory that they take. */
class LargeFramesTest {
  private static final int FIN = 0x80;
  private static final int SOCKET = 7;
  private static final int TCP_SEND_HEADER = 12;
  private static final int MAX_DATA = Limits.FRAME_BYTES - TCP_SEND_HEADER;

  @AutoClose
  private final WholeDaemon daemon = new WholeDaemon();
  @AutoClose
  private final Peer peer = Peer.open();

  LargeFramesTest() throws IOException {}

  private Socket connect(RawWebSocket client) throws Exception {
    send(client, new ClientFrame.TcpConnect(1, SOCKET, peer.port(), "127.0.0.1"));
    expect(client, DaemonFrame.TcpConnected.class);
    return peer.accept();
  }

  private static ClientFrame tcpSend(byte[] data) {
    return new ClientFrame.TcpSend(0, SOCKET, ByteBuffer.wrap(data));
  }

  private static void sendInFragments(RawWebSocket client, byte[] frame, int fragment)
      throws IOException {
    for (int at = 0; at < frame.length; at += fragment) {
      int end = Math.min(frame.length, at + fragment);
      int first = (at == 0 ? RawWebSocket.BINARY : 0) | (end == frame.length ? FIN : 0);
      client.frame(first, true, end - at, Arrays.copyOfRange(frame, at, end));
    }
  }

  /** The peer begins to read when the daemon has taken the whole frame, so that some of it has waited. */
  @ParameterizedTest
  @ValueSource(ints = {Limits.FRAME_BYTES, Limits.FRAME_BYTES - 1, 1 << 20, 65_536, 999})
  void theLargestFrameArrivesWholeAtItsPeer(int fragment) throws Exception {
    byte[] data = Peer.bytes(3, MAX_DATA);
    byte[] more = Peer.bytes(4, 300 << 10);
    try (RawWebSocket client = daemon.client(); Socket socket = connect(client)) {
      sendInFragments(client, WholeDaemon.bytes(tcpSend(data)), fragment);
      send(client, new ClientFrame.TcpConnect(2, SOCKET, peer.port(), "127.0.0.1"));
      assertThat(expect(client, DaemonFrame.TcpConnected.class).errno()).isNotZero();
      send(client, tcpSend(more));
      assertThat(Arrays.equals(socket.getInputStream().readNBytes(data.length), data)).isTrue();
      assertThat(Arrays.equals(socket.getInputStream().readNBytes(more.length), more)).isTrue();
      WholeDaemon.pauseAndAnswerPing(client);
      awaitNoMemory();
    }
  }

  @Test
  void aFrameWithoutRoomIsNotTakenWhenItsConnectionEnds() throws Exception {
    byte[] data = Peer.bytes(5, MAX_DATA);
    WholeDaemon.Resumable lost = daemon.resumable();
    try (Socket socket = connect(lost.client())) {
      send(lost.client(), tcpSend(data));
      send(lost.client(), tcpSend(data)); // there is no room beside the first one
      TestDaemon.await(
          "the reader to wait",
          () -> daemon.services().stats().get(Counter.SEND_PAUSES) > 0);
      lost.client().vanish();
      TestDaemon.await(
          "the end of the lost connection",
          () -> daemon.services().stats().get(Counter.WS_CONNECTIONS) == 0);
      RawWebSocket client = daemon.resumable().client();
      send(client, new ClientFrame.Resume(3, 1, lost.ticket()));
      DaemonFrame.Resumed resumed = expect(client, DaemonFrame.Resumed.class);
      assertThat(resumed.errno()).isZero();
      assertThat(resumed.fromClient()).isEqualTo(2);
      assertThat(resumed.entries().getFirst().fromClient()).isEqualTo(data.length);
      send(client, tcpSend(data));
      assertThat(Arrays.equals(socket.getInputStream().readNBytes(data.length), data)).isTrue();
      assertThat(Arrays.equals(socket.getInputStream().readNBytes(data.length), data)).isTrue();
      client.close();
    }
    awaitNoMemory();
  }

  @Test
  void otherLargeFramesAreAnsweredLikeSmallOnes() throws Exception {
    try (RawWebSocket client = daemon.client()) {
      String text = "x".repeat(400_000);
      client.frame(RawWebSocket.BINARY, padded(1, Opcode.OPEN_FOLDER_PICKER.code()));
      assertThat(expect(client, DaemonFrame.Error.class).message())
          .isEqualTo("OPEN_FOLDER_PICKER is not allowed now.");
      send(client, new ClientFrame.TcpConnect(5, 1, 80, text));
      assertThat(expect(client, DaemonFrame.TcpConnected.class).errno()).isNotZero();
      send(client, new ClientFrame.UdpBind(6, 2, 0, "127.0.0.1"));
      int port = expect(client, DaemonFrame.UdpBound.class).boundPort();
      ByteBuffer tooMuch = ByteBuffer.allocate(400_000);
      send(client, new ClientFrame.UdpSend(0, 2, port, "127.0.0.1", tooMuch));
      send(client, new ClientFrame.UdpSend(0, 99, port, "127.0.0.1", tooMuch));
      send(client, new ClientFrame.TcpSend(0, 98, tooMuch));
      send(client, new ClientFrame.UdpSend(0, 2, port, "127.0.0.1", ByteBuffer.wrap(new byte[3])));
      assertThat(expect(client, DaemonFrame.UdpRecv.class).data().remaining()).isEqualTo(3);
      assertThat(daemon.services().stats().get(Counter.UDP_SEND_DROPS)).isEqualTo(1);
      assertThat(daemon.services().stats().get(Counter.UNKNOWN_SOCKET_FRAMES)).isEqualTo(2);
      client.frame(RawWebSocket.BINARY, padded(9, Opcode.TCP_SEND.code()));
      assertThat(expect(client, DaemonFrame.Error.class).message())
          .isEqualTo("Frame version 9 is not supported.");
    }
  }

  private static byte[] padded(int version, int opcode) {
    byte[] frame = new byte[400_000];
    frame[0] = (byte) version;
    frame[1] = (byte) opcode;
    return frame;
  }

  @Test
  void stoppedMessagesHoldWhatHasArrivedAndGiveItBack() throws Exception {
    int arrived = 200 << 10;
    byte[] part = WholeDaemon.bytes(tcpSend(Peer.bytes(6, arrived - TCP_SEND_HEADER)));
    List<RawWebSocket> clients = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      RawWebSocket client = daemon.client();
      clients.add(client);
      client.frame(FIN | RawWebSocket.BINARY, true, Limits.FRAME_BYTES, part);
    }
    DaemonServices services = daemon.services();
    int each = (arrived + Limits.SEGMENT_BYTES - 1) / Limits.SEGMENT_BYTES;
    TestDaemon.await(
        "segments for what has arrived, and no buffers",
        () -> services.memory().segments().inUse() == 60 * each
            && services.memory().frames().inUse() == 0);
    for (RawWebSocket client : clients) {
      client.vanish();
    }
    awaitNoMemory();
  }

  private void awaitNoMemory() {
    DaemonServices services = daemon.services();
    TestDaemon.await("all segments to come back", () -> services.memory().segments().inUse() == 0);
    TestDaemon.await("all buffers to come back", () -> services.memory().frames().inUse() == 0);
  }
}
