package com.jstorrent.iodaemon.ws;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** A client that can break every rule: it sends any frames that a test wants. */
final class RawWebSocket implements AutoCloseable {
  static final int TEXT = 1;
  static final int BINARY = 2;
  static final int CLOSE = 8;
  static final int PING = 9;
  static final int PONG = 10;
  private static final int FIN = 0x80;
  private static final byte[] KEY = {0x12, 0x34, 0x56, 0x78};

  private final Socket socket;
  private final DataInputStream in;
  private final OutputStream out;

  /** A frame from the server. */
  record Frame(int opcode, byte[] payload) {
    int closeCode() {
      return ByteBuffer.wrap(payload).getShort();
    }
  }

  private RawWebSocket(int port) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(60_000);
    socket.setTcpNoDelay(true);
    in = new DataInputStream(socket.getInputStream());
    out = socket.getOutputStream();
  }

  /** Connects and offers compression, which the server must not accept. */
  static RawWebSocket connect(int port) throws IOException {
    return connect(port, "");
  }

  /** The same with an additional header. */
  static RawWebSocket connect(int port, String header) throws IOException {
    RawWebSocket client = new RawWebSocket(port);
    String head = client.ask(header);
    if (!head.startsWith("HTTP/1.1 101")
        || !head.contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
        || head.contains("permessage-deflate")) {
      throw new AssertionError("Unexpected answer: " + head);
    }
    return client;
  }

  /** The head of the answer to an upgrade request with an additional header, which may be empty. */
  static String answer(int port, String header) throws IOException {
    try (RawWebSocket client = new RawWebSocket(port)) {
      return client.ask(header);
    }
  }

  private String ask(String header) throws IOException {
    write(
        ("GET /io HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
            + "Sec-WebSocket-Extensions: permessage-deflate\r\n" + header + "\r\n")
            .getBytes(StandardCharsets.US_ASCII));
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      head.append((char) in.readByte());
    }
    return head.toString();
  }

  void write(byte[] bytes) throws IOException {
    out.write(bytes);
    out.flush();
  }

  /** A proper frame: masked and unfragmented. */
  void frame(int opcode, byte[] payload) throws IOException {
    frame(FIN | opcode, true, payload.length, payload);
  }

  /** A frame with any first byte, any declared length, masked or not. */
  void frame(int first, boolean masked, long declared, byte[] payload) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(14 + payload.length);
    int mask = masked ? 0x80 : 0;
    bytes.put((byte) first);
    if (declared >= 0 && declared < 126) {
      bytes.put((byte) (mask | declared));
    } else if (declared >= 0 && declared <= 0xFFFF) {
      bytes.put((byte) (mask | 126)).putShort((short) declared);
    } else {
      bytes.put((byte) (mask | 127)).putLong(declared);
    }
    if (masked) {
      bytes.put(KEY);
    }
    for (int i = 0; i < payload.length; i++) {
      bytes.put((byte) (masked ? payload[i] ^ KEY[i & 3] : payload[i]));
    }
    byte[] exact = new byte[bytes.flip().remaining()];
    bytes.get(exact);
    write(exact);
  }

  /** The next frame from the server, or null when it has ended its side. */
  Frame next() throws IOException {
    try {
      int first = in.readUnsignedByte();
      int second = in.readUnsignedByte();
      if ((first & FIN) == 0 || (first & 0x70) != 0 || (second & 0x80) != 0) {
        throw new AssertionError("A frame that a server must not send: " + first + " " + second);
      }
      long length =
          switch (second) {
            case 126 -> in.readUnsignedShort();
            case 127 -> in.readLong();
            default -> second;
          };
      byte[] payload = new byte[(int) length];
      in.readFully(payload);
      return new Frame(first & 0x0F, payload);
    } catch (EOFException e) {
      return null;
    }
  }

  /** Ends this side of the TCP connection; the other one can still be read. */
  void shutdownOutput() throws IOException {
    socket.shutdownOutput();
  }

  /** Ends the connection without a Close, as a killed process does. */
  void vanish() throws IOException {
    socket.close();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
