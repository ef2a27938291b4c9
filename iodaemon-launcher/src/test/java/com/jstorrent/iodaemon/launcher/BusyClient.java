package com.jstorrent.iodaemon.launcher;

import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.json.Json;
import com.jstorrent.iodaemon.testkit.Peer;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** A session whose only socket sends some MiB per second to an echoing peer, until it is closed. */
final class BusyClient implements AutoCloseable {
  private static final byte[] PORTION = Peer.bytes(1, 64 << 10);
  private static final int PERIOD_MILLIS = 20;
  private static final int SOCKET = 7;

  private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
  private final Peer peer = Peer.echoing();
  private final WireClient client;
  private final ScheduledFuture<?> pump;

  /**
   * @param name the name of the session
   */
  BusyClient(int port, String token, String name) throws Exception {
    client =
        new WireClient(
            HttpClient.newHttpClient(), port, token, Json.write(Map.of("session", name)));
    client.send(new ClientFrame.TcpConnect(1, SOCKET, peer.port(), "127.0.0.1"));
    client.expect(DaemonFrame.TcpConnected.class);
    pump =
        clock.scheduleAtFixedRate(this::roundTrips, 0, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
  }

  private void roundTrips() {
    try {
      client.send(new ClientFrame.TcpSend(0, SOCKET, ByteBuffer.wrap(PORTION)));
      int missing = PORTION.length;
      while (missing > 0) {
        missing -= client.expect(DaemonFrame.TcpRecv.class).data().remaining();
      }
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  int peerPort() {
    return peer.port();
  }

  /** Whether bytes are still being echoed. */
  boolean isBusy() {
    return !pump.isDone();
  }

  @Override
  public void close() throws IOException {
    clock.close();
    client.close();
    peer.close();
  }
}
