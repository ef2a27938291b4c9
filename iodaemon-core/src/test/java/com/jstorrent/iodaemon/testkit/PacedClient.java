package com.jstorrent.iodaemon.testkit;

import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;

/**
 * A client with the capability {@code credit} that never sends more than it was granted
 * (PROTOCOL.md § 9.2), and fails on any frame but TCP_CREDIT and TCP_RECV.
 */
public final class PacedClient {
  private final TestClient client;
  private final long firstCredit;
  private final Map<Integer, Long> credits = new HashMap<>();
  private final Map<Integer, Long> received = new HashMap<>();
  private int grants;

  /** Takes the frames of this client from now on. */
  public PacedClient(TestClient client, long firstCredit) {
    this.client = client;
    this.firstCredit = firstCredit;
  }

  /** How much may be sent to the socket, as far as is known. */
  public long credit(int socketId) {
    return credits.getOrDefault(socketId, firstCredit);
  }

  /** How many bytes of the socket have come. */
  public long received(int socketId) {
    return received.getOrDefault(socketId, 0L);
  }

  /** How many TCP_CREDIT have come. */
  public int grants() {
    return grants;
  }

  /** Sends as much as the credit allows, without waiting; returns how much that was. */
  public int sendSome(int socketId, byte[] data, int from) throws IOException {
    int count = (int) Math.min(credit(socketId), data.length - from);
    if (count > 0) {
      credits.put(socketId, credit(socketId) - count);
      client.send(new ClientFrame.TcpSend(0, socketId, ByteBuffer.wrap(data, from, count)));
    }
    return count;
  }

  /** Sends everything; waits for credit where it has to. */
  public void sendAll(int socketId, byte[] data) throws IOException, InterruptedException {
    for (int sent = 0; sent < data.length;) {
      int count = sendSome(socketId, data, sent);
      sent += count;
      if (count == 0) {
        takeOne();
      }
    }
  }

  /** Waits for the next frame. */
  public void takeOne() throws IOException, InterruptedException {
    take(client.next());
  }

  private void take(DaemonFrame frame) {
    switch (frame) {
      case DaemonFrame.TcpCredit f -> {
        grants++;
        credits.put(f.socketId(), credit(f.socketId()) + Integer.toUnsignedLong(f.bytes()));
      }
      case DaemonFrame.TcpRecv f ->
          received.merge(f.socketId(), (long) f.data().remaining(), Long::sum);
      default -> throw new AssertionError("Unexpected: " + frame);
    }
  }

  /** Takes every frame that was sent before the answer to a request that is sent now. */
  public void takeAll() throws IOException, InterruptedException {
    client.send(new ClientFrame.TcpListen(99, 99, 0, "256.256.256.256"));
    DaemonFrame frame;
    while (!((frame = client.next()) instanceof DaemonFrame.TcpListenResult)) {
      take(frame);
    }
  }

  /**
   * Sends until the peer, which reads nothing, takes no more, and no credit is left.
   *
   * @return what was sent
   */
  public int exhaust(int socketId, byte[] data) throws IOException, InterruptedException {
    int sent = 0;
    do {
      sent += sendSome(socketId, data, sent);
      takeAll();
    } while (sent < data.length && credit(socketId) > 0);
    if (sent == data.length) {
      throw new AssertionError("The system takes more than " + sent);
    }
    return sent;
  }
}
