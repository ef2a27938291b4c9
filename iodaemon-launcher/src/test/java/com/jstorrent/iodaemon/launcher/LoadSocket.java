package com.jstorrent.iodaemon.launcher;

import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.FrameWriter;
import java.io.IOException;
import java.nio.ByteBuffer;

/** A WebSocket of a load, which sends large frames without holding them. */
final class LoadSocket implements AutoCloseable {
  /** The length of what a frame of data has before the data. */
  static final int DATA_HEAD = 12;

  private static final byte[] ZEROS = new byte[64 << 10];
  private static final byte[] NONE = {};
  private static final int FIRST = RawClient.FIN | RawClient.BINARY;

  private final RawClient client;

  private LoadSocket(RawClient client) {
    this.client = client;
  }

  /** A new one, which ends with the target. */
  static LoadSocket open(LoadTarget target) throws IOException {
    return new LoadSocket(target.keep(RawClient.webSocket(target.port(), FileClient.TOKEN)));
  }

  /** A new one with a socket of number 1 to a port of this machine. */
  static LoadSocket connected(LoadTarget target, int peerPort) throws IOException {
    LoadSocket socket = open(target);
    socket.connect(peerPort);
    return socket;
  }

  void connect(int peerPort) throws IOException {
    send(new ClientFrame.TcpConnect(1, 1, peerPort, "127.0.0.1"));
    RawClient.Frame frame;
    do {
      frame = client.next();
    } while (frame != null && frame.opcode() == RawClient.PING); // until TCP_CONNECTED
  }

  void send(ClientFrame frame) throws IOException {
    ByteBuffer bytes = FrameWriter.write(frame, 0);
    byte[] payload = new byte[bytes.remaining()];
    bytes.get(payload);
    client.send(RawClient.frame(FIRST, payload.length, payload));
  }

  /**
   * Sends TCP_SEND for the socket of number 1.
   *
   * @param declared the length of the frame that is declared
   * @param sent how much of it is sent
   */
  void sendData(int declared, int sent) throws IOException {
    client.send(RawClient.frame(FIRST, declared, NONE));
    ByteBuffer head = FrameWriter.write(new ClientFrame.TcpSend(0, 1, ByteBuffer.allocate(0)), 0);
    byte[] start = new byte[DATA_HEAD];
    head.get(start);
    client.send(start);
    for (int left = sent - DATA_HEAD; left > 0; left -= ZEROS.length) {
      client.send(left >= ZEROS.length ? ZEROS : new byte[left]);
    }
  }

  RawClient.Frame next() throws IOException {
    return client.next();
  }

  /** Takes and discards everything up to the end of the connection. */
  void drain() throws IOException {
    client.awaitEnd();
  }

  @Override
  public void close() throws IOException {
    client.close();
  }
}
