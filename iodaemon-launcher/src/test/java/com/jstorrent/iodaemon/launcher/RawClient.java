package com.jstorrent.iodaemon.launcher;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** A client that can break every rule: it sends any bytes that a test wants. */
final class RawClient implements AutoCloseable {
  static final int FIN = 0x80;
  static final int TEXT = 1;
  static final int BINARY = 2;
  static final int CLOSE = 8;
  static final int PING = 9;
  static final int PONG = 10;
  private static final int TIMEOUT_MILLIS = 60_000;
  private static final int MASKED = 0x80;

  private final Socket socket;
  private final DataInputStream in;
  private final OutputStream out;

  /** A frame from the daemon. */
  record Frame(int opcode, byte[] payload) {
    int closeCode() {
      return Short.toUnsignedInt(ByteBuffer.wrap(payload).getShort());
    }
  }

  RawClient(int port) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(TIMEOUT_MILLIS);
    socket.setTcpNoDelay(true);
    in = new DataInputStream(socket.getInputStream());
    out = socket.getOutputStream();
  }

  /** A new WebSocket, authenticated if a token is given. */
  static RawClient webSocket(int port, @Nullable String token) throws IOException {
    RawClient client = new RawClient(port);
    client.upgrade(token);
    if (client.status() != 101) {
      throw new IOException("The upgrade was refused.");
    }
    return client;
  }

  /** Requests an upgrade; {@link #status} tells whether it was granted. */
  void upgrade(@Nullable String token) throws IOException {
    send(
        "GET /io HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
            + (token == null ? "" : "X-JST-Auth: " + token + "\r\n") + "\r\n");
  }

  RawClient send(String text) throws IOException {
    return send(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  RawClient send(byte[] bytes) throws IOException {
    out.write(bytes);
    return this;
  }

  /** Sends bytes; returns false if the daemon has already ended the connection. */
  boolean trySend(byte[] bytes) {
    try {
      out.write(bytes);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** Reads the head of the next answer and returns its status. */
  int status() throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      head.append((char) in.readByte());
    }
    return Integer.parseInt(head.substring(9, 12));
  }

  /** A frame masked with a key of zeros, so that the payload is unchanged. */
  static byte[] frame(int first, long declared, byte[] payload) {
    return frame(first, MASKED, declared, payload);
  }

  static byte[] unmasked(int first, byte[] payload) {
    return frame(first, 0, payload.length, payload);
  }

  private static byte[] frame(int first, int mask, long declared, byte[] payload) {
    ByteBuffer bytes = ByteBuffer.allocate(14 + payload.length).put((byte) first);
    if (declared >= 0 && declared < 126) {
      bytes.put((byte) (mask | declared));
    } else if (declared >= 0 && declared <= 0xFFFF) {
      bytes.put((byte) (mask | 126)).putShort((short) declared);
    } else {
      bytes.put((byte) (mask | 127)).putLong(declared);
    }
    bytes.put(new byte[mask == 0 ? 0 : 4]).put(payload).flip();
    byte[] exact = new byte[bytes.remaining()];
    bytes.get(exact);
    return exact;
  }

  /** The payload of the next pong; the daemon's own pings are skipped. */
  byte[] nextPong() throws IOException {
    while (true) {
      Frame frame = next();
      if (frame == null) {
        throw new EOFException("The connection has ended.");
      }
      if (frame.opcode() != PING) {
        return frame.payload();
      }
    }
  }

  /** The next frame from the daemon, or null when the connection has ended. */
  @Nullable
  Frame next() throws IOException {
    try {
      int opcode = in.readUnsignedByte() & 0x0F;
      long length = in.readUnsignedByte();
      if (length == 126) {
        length = in.readUnsignedShort();
      } else if (length == 127) {
        length = in.readLong();
      }
      byte[] payload = new byte[(int) length];
      in.readFully(payload);
      return new Frame(opcode, payload);
    } catch (EOFException | SocketException e) {
      return null;
    }
  }

  /** Skips frames up to a Close and returns its code; 0 if the connection ends without one. */
  int closeCode() throws IOException {
    for (Frame frame; (frame = next()) != null;) {
      if (frame.opcode() == CLOSE) {
        return frame.closeCode();
      }
    }
    return 0;
  }

  /** Waits until the daemon has ended the connection, even by a reset. */
  void awaitEnd() throws IOException {
    byte[] part = new byte[64 << 10];
    try {
      while (in.read(part) >= 0) {}
    } catch (SocketException e) {
      // A reset ends the connection too.
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
