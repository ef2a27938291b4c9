package com.jstorrent.iodaemon.ws;

import static com.jstorrent.iodaemon.ws.WholeDaemon.expect;
import static com.jstorrent.iodaemon.ws.WholeDaemon.send;
import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.testkit.TestDaemon;
import com.jstorrent.iodaemon.transport.DaemonServices;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** A silent client costs neither a buffer nor a platform thread, and is still served. */
class IdleClientsTest {
  private static final byte[] PING = {4, 2};

  @AutoClose
  private final WholeDaemon daemon = new WholeDaemon();

  IdleClientsTest() throws IOException {}

  private static boolean isRead() {
    return Thread.getAllStackTraces()
        .keySet()
        .stream()
        .anyMatch(thread -> thread.getName().equals("iodaemon-client"));
  }

  private void awaitIdle() {
    DaemonServices services = daemon.services();
    TestDaemon.await("the threads of the readers to end", () -> !isRead());
    assertThat(services.memory().frames().inUse()).isZero();
    TestDaemon.await("all segments to come back", () -> services.memory().segments().inUse() == 0);
  }

  @Test
  void eachFrameAfterAPauseIsHandled() throws Exception {
    try (RawWebSocket client = daemon.client()) {
      for (int i = 1; i <= 3; i++) {
        send(client, new ClientFrame.UdpBind(i, i, 0, "127.0.0.1"));
        assertThat(expect(client, DaemonFrame.UdpBound.class).requestId()).isEqualTo(i);
        awaitIdle();
      }
    }
  }

  @Test
  void aFrameMayPauseAtAnyByte() throws Exception {
    byte[] wire = wire(WholeDaemon.bytes(new ClientFrame.UdpBind(9, 9, 0, "127.0.0.1")));
    List<RawWebSocket> clients = new ArrayList<>();
    for (int split = 1; split < wire.length; split++) {
      RawWebSocket client = daemon.client();
      clients.add(client);
      client.write(Arrays.copyOf(wire, split));
    }
    awaitIdle();
    for (int split = 1; split < wire.length; split++) {
      RawWebSocket client = clients.get(split - 1);
      client.write(Arrays.copyOfRange(wire, split, wire.length));
      assertThat(expect(client, DaemonFrame.UdpBound.class).requestId()).isEqualTo(9);
      client.close();
    }
  }

  private static byte[] wire(byte[] frame) {
    ClientBytes bytes = new ClientBytes(new Random(1));
    bytes.frame(ClientBytes.FIN | ClientBytes.BINARY, frame);
    return bytes.take();
  }

  @Test
  void aClientThatWasBusyIsIdleAfterItHasAnsweredAPing() throws Exception {
    try (RawWebSocket client = daemon.client()) {
      for (int i = 1; i <= 50; i++) {
        send(client, new ClientFrame.UdpBind(i, i, 0, "127.0.0.1"));
        assertThat(expect(client, DaemonFrame.UdpBound.class).requestId()).isEqualTo(i);
      }
      WholeDaemon.pauseAndAnswerPing(client);
      awaitIdle();
    }
  }

  @Test
  void pingsAndTheCloseAreAnsweredWithoutAThread() throws Exception {
    TestDaemon.await("the readers of earlier tests to end", () -> !isRead());
    try (RawWebSocket client = daemon.client()) {
      for (int i = 0; i < 3; i++) {
        client.frame(RawWebSocket.PING, PING);
        RawWebSocket.Frame pong = client.next();
        assertThat(pong.opcode()).isEqualTo(RawWebSocket.PONG);
        assertThat(pong.payload()).isEqualTo(PING);
        assertThat(isRead()).isFalse();
      }
      client.frame(RawWebSocket.CLOSE, new byte[] {3, (byte) 0xE8});
      assertThat(client.next().closeCode()).isEqualTo(1000);
      assertThat(client.next()).isNull();
      assertThat(isRead()).isFalse();
    }
  }
}
