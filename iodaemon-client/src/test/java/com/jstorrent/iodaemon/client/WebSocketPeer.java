package com.jstorrent.iodaemon.client;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedReader;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Base64;
import org.apache.commons.codec.digest.DigestUtils;

/** The other end of a {@link WebSocketLink}, which does what a test says. */
final class WebSocketPeer implements AutoCloseable {
  private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

  private final ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
  private Socket socket;
  private String request = "";

  WebSocketPeer() throws IOException {}

  URI address() {
    return URI.create("ws://127.0.0.1:" + server.getLocalPort() + "/io");
  }

  /** Accepts the connection, and reads the request. */
  void accept() throws IOException {
    socket = server.accept();
    // It reads ahead, but the client sends nothing more before it has an answer.
    BufferedReader in =
        new BufferedReader(new InputStreamReader(socket.getInputStream(), ISO_8859_1));
    StringBuilder head = new StringBuilder();
    for (String line; !(line = in.readLine()).isEmpty();) {
      head.append(line).append('\n');
    }
    request = head.toString();
  }

  String request() {
    return request;
  }

  /** The accept value that belongs to the key of the request. */
  String accepted() {
    String key = request.lines()
        .filter(line -> line.startsWith("Sec-WebSocket-Key: "))
        .findAny()
        .orElseThrow()
        .substring("Sec-WebSocket-Key: ".length());
    return Base64.getEncoder().encodeToString(DigestUtils.sha1(key + GUID));
  }

  /** Accepts the connection, and the upgrade, followed by bytes in the same write. */
  void upgrade(byte... behind) throws IOException {
    accept();
    byte[] head =
        ("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "sec-websocket-accept: " + accepted() + "\r\n\r\n").getBytes(ISO_8859_1);
    write(ByteBuffer.allocate(head.length + behind.length).put(head).put(behind).array());
  }

  void write(byte... bytes) throws IOException {
    socket.getOutputStream().write(bytes);
  }

  /** How long {@link #read} waits at most. */
  void timeout(Duration time) throws IOException {
    socket.setSoTimeout(Math.toIntExact(time.toMillis()));
  }

  /** How many bytes have arrived and were not read; may be too few. */
  int available() throws IOException {
    return socket.getInputStream().available();
  }

  /** A frame of the client, unmasked. */
  record Received(int opcode, ByteBuffer payload) {}

  Received read() throws IOException {
    DataInputStream in = new DataInputStream(socket.getInputStream());
    int first = in.readUnsignedByte();
    int second = in.readUnsignedByte();
    if ((first & 0xF0) != 0x80 || second < 0x80) {
      throw new IOException("The frame is not whole, or not masked.");
    }
    long length =
        switch (second & 0x7F) {
          case 126 -> in.readUnsignedShort();
          case 127 -> in.readLong();
          default -> second & 0x7F;
        };
    byte[] key = in.readNBytes(4);
    byte[] payload = in.readNBytes((int) length);
    for (int i = 0; i < payload.length; i++) {
      payload[i] ^= key[i % 4];
    }
    return new Received(first & 0xF, ByteBuffer.wrap(payload));
  }

  /** Reads until the client ends its side, and tells whether it does. */
  boolean ends() throws IOException {
    return socket.getInputStream().read() < 0;
  }

  /** A frame of up to 65,535 bytes as the daemon sends them. */
  static byte[] frame(boolean last, int opcode, byte... payload) {
    boolean isShort = payload.length < 126;
    ByteBuffer frame = ByteBuffer.allocate((isShort ? 2 : 4) + payload.length);
    frame.put((byte) ((last ? 0x80 : 0) | opcode));
    if (isShort) {
      frame.put((byte) payload.length);
    } else {
      frame.put((byte) 126).putShort((short) payload.length);
    }
    return frame.put(payload).array();
  }

  @Override
  public void close() throws IOException {
    if (socket != null) {
      socket.close();
    }
    server.close();
  }
}
