package com.jstorrent.iodaemon.promise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.stats.SocketReport;
import com.jstorrent.iodaemon.testkit.Peer;
import com.jstorrent.iodaemon.testkit.TestClient;
import com.jstorrent.iodaemon.testkit.TestDaemon;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** PROTOCOL.md § 4.4: accepted data is written before FIN, whichever side ends first. */
class Promise04WrittenBeforeFinTest {
  private static final int BYTES = 12 << 20;
  private static final int FRAME = 64 << 10;
  private static final Limits PATIENT = Limits.builder().linger(Duration.ofHours(1)).build();

  @Test
  void bytesAcceptedBeforeTheClientsCloseArriveAndThenFin() throws Exception {
    try (TestDaemon daemon = TestDaemon.start(PATIENT);
        Peer peer = Peer.open();
        TestClient client = daemon.client()) {
      byte[] data = Peer.bytes(4, BYTES);
      client.connect(1, peer.port());
      Socket socket = peer.accept();
      send(client, data);
      client.send(new ClientFrame.TcpClose(0, 1));
      byte[] got = socket.getInputStream().readAllBytes();
      assertThat(Arrays.equals(got, data)).as("%d of %d bytes", got.length, BYTES).isTrue();
    }
  }

  @Test
  void dataOfThePeerAfterTheCloseDestroysNothing() throws Exception {
    try (TestDaemon daemon = TestDaemon.start(PATIENT);
        Peer peer = Peer.open();
        TestClient client = daemon.client()) {
      byte[] data = Peer.bytes(5, BYTES);
      client.connect(1, peer.port());
      Socket socket = peer.accept();
      send(client, data);
      client.send(new ClientFrame.TcpClose(0, 1));
      socket.getOutputStream().write(new byte[100_000]); // a plain close would answer it with RST
      byte[] got = socket.getInputStream().readAllBytes();
      assertThat(Arrays.equals(got, data)).as("%d of %d bytes", got.length, BYTES).isTrue();
    }
  }

  @Test
  void aPeerThatEndsItsSideFirstStillGetsQueuedData() throws Exception {
    try (TestDaemon daemon = TestDaemon.start();
        Peer peer = Peer.open();
        TestClient client = daemon.client()) {
      byte[] data = Peer.bytes(6, BYTES);
      client.connect(1, peer.port());
      Socket socket = peer.accept();
      send(client, data);
      socket.getOutputStream().write(7);
      socket.shutdownOutput();
      assertThat(client.receive(1, 1)).containsExactly(7);
      byte[] got = socket.getInputStream().readAllBytes();
      assertThat(Arrays.equals(got, data)).as("%d of %d bytes", got.length, BYTES).isTrue();
      assertThat(client.next()).isEqualTo(new DaemonFrame.TcpClosed(0, 1, 0));
    }
  }

  private static final Limits SMALL_QUEUES =
      Limits.builder()
          .sessionQueueBytes(16 << 20)
          .socketQueueBytes(16 << 20)
          .linger(Duration.ofMillis(300))
          .build();

  /**
   * Sends data on socket 2 whose rest waits for room in the client's queues, while nothing is queued for its own
   * socket. Returns the peers of socket 1, whose queue has the room, and of socket 2.
   */
  private static List<Socket> beginFrame(TestDaemon daemon, Peer peer, TestClient client,
      byte[] data)
      throws Exception {
    client.connect(1, peer.port());
    Socket other = peer.accept();
    client.connect(2, peer.port());
    Socket socket = peer.accept();
    int sent = 0;
    while (daemon.stats().get(Counter.QUEUED_BYTES) < 14 << 20) {
      client.sendData(1, new byte[FRAME]);
      sent += FRAME;
      long all = sent;
      TestDaemon.await(
          "all bytes at the peer or in the queue",
          () -> daemon.stats().get(Counter.BYTES_SENT)
              + daemon.stats().get(Counter.QUEUED_BYTES) == all);
    }
    Thread.ofVirtual().start(() -> sendData(client, data));
    daemon.awaitStat(Counter.SEND_PAUSES, 1);
    return List.of(other, socket);
  }

  @Test
  void aPeerThatEndsItsSideGetsTheRestOfAFrameThatWasBegun() throws Exception {
    try (TestDaemon daemon = TestDaemon.start(SMALL_QUEUES);
        Peer peer = Peer.open();
        TestClient client = daemon.client()) {
      byte[] data = Peer.bytes(8, 8 << 20);
      List<Socket> sockets = beginFrame(daemon, peer, client, data);
      Socket socket = sockets.getLast();
      socket.shutdownOutput();
      TestDaemon.await("the end of the peer's side", () -> !state(daemon, 2).equals("open"));
      Thread.ofVirtual().start(() -> readAll(sockets.getFirst()));
      byte[] got = socket.getInputStream().readAllBytes();
      assertThat(Arrays.equals(got, data)).as("%d of %d bytes", got.length, data.length).isTrue();
      assertThat(client.next()).isEqualTo(new DaemonFrame.TcpClosed(0, 2, 0));
    }
  }

  @Test
  void aSocketThatIsClosedByControlInTheMiddleOfAFrameIsReset() throws Exception {
    try (TestDaemon daemon = TestDaemon.start(SMALL_QUEUES);
        Peer peer = Peer.open();
        TestClient client = daemon.client()) {
      Socket socket = beginFrame(daemon, peer, client, new byte[8 << 20]).getLast();
      daemon.services().directory().closeSocket(1, 2);
      assertThat(client.next()).isEqualTo(new DaemonFrame.TcpClosed(0, 2, 104));
      assertThatThrownBy(() -> socket.getInputStream().readAllBytes())
          .isInstanceOf(SocketException.class);
    }
  }

  private static String state(TestDaemon daemon, int socket) {
    return daemon.services()
        .directory()
        .sockets()
        .get(1L)
        .stream()
        .filter(report -> report.id() == socket)
        .map(SocketReport::state)
        .findAny()
        .orElse("gone");
  }

  private static void sendData(TestClient client, byte[] data) {
    try {
      client.sendData(2, data);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void readAll(Socket socket) {
    try {
      socket.getInputStream().transferTo(OutputStream.nullOutputStream());
    } catch (IOException e) {
      // The test is over.
    }
  }

  @Test
  void aPeerThatReadsNothingIsResetAfterTheLinger() throws Exception {
    Limits limits = Limits.builder().linger(Duration.ofMillis(300)).build();
    try (TestDaemon daemon = TestDaemon.start(limits);
        Peer peer = Peer.open();
        TestClient client = daemon.client()) {
      client.connect(1, peer.port());
      Socket socket = peer.accept();
      send(client, new byte[BYTES]);
      client.send(new ClientFrame.TcpClose(0, 1));
      daemon.awaitStat(Counter.PENDING_TCP, 0);
      assertThat(daemon.stats().get(Counter.QUEUED_BYTES)).isZero();
      assertThatThrownBy(() -> socket.getInputStream().readAllBytes())
          .isInstanceOf(SocketException.class);
    }
  }

  @RepeatedTest(50)
  void bytesThatAResetDestroysAreNeverReportedAsAnOrderlyEnd() throws Exception {
    try (TestDaemon daemon = TestDaemon.start();
        Peer peer = Peer.open();
        TestClient client = daemon.client()) {
      client.connect(1, peer.port());
      Socket socket = peer.accept();
      send(client, new byte[BYTES]);
      if (System.nanoTime() % 2 == 0) {
        socket.shutdownOutput();
      }
      socket.setSoLinger(true, 0);
      socket.close();
      assertThat(client.next()).isEqualTo(new DaemonFrame.TcpClosed(0, 1, 104));
      daemon.awaitStat(Counter.QUEUED_BYTES, 0);
    }
  }

  private static void send(TestClient client, byte[] data) throws IOException {
    for (int at = 0; at < data.length; at += FRAME) {
      client.sendData(1, Arrays.copyOfRange(data, at, Math.min(data.length, at + FRAME)));
    }
  }
}
