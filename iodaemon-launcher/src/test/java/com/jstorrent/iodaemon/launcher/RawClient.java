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

/** A client that keeps to no rule: bytes go on the wire as the test says. */
final class RawClient implements AutoCloseable {
  static final int FIN = 0x80;
  static final int TEXT = 1;
  static final int BINARY = 2;
  static final int CLOSE = 8;
  static final int PING = 9;
  static final int PONG = 10;
  private static final int PATIENCE_MILLIS = 60_000;
  private static final int MASKED = 0x80;

  private final Socket socket;
  private final DataInputStream in;
  private final OutputStream out;

  /** A frame of the daemon. */
  record Frame(int opcode, byte[] payload) {
    int closeCode() {
      return Short.toUnsignedInt(ByteBuffer.wrap(payload).getShort());
    }
  }

  RawClient(int port) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(PATIENCE_MILLIS);
    socket.setTcpNoDelay(true);
    in = new DataInputStream(socket.getInputStream());
    out = socket.getOutputStream();
  }

  /** A WebSocket that has not said anything, and has shown the token if there is one. */
  static RawClient webSocket(int port, @Nullable String token) throws IOException {
    RawClient client = new RawClient(port);
    client.upgrade(token);
    if (client.status() != 101) {
      throw new IOException("The upgrade was refused.");
    }
    return client;
  }

  /** Asks for an upgrade; whether it is granted shows {@link #status}. */
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

  /** Sends, and does not mind when the daemon has ended the connection already. */
  boolean trySend(byte[] bytes) {
    try {
      out.write(bytes);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** The status of the next answer; its head is read over. */
  int status() throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      head.append((char) in.readByte());
    }
    return Integer.parseInt(head.substring(9, 12));
  }

  /** A masked frame with a key of zeros: the payload goes as it is. */
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

  /** The next frame of the daemon, or null when the connection has ended. */
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

  /** The code of the Close that comes, whatever comes before it; 0 when the connection ends without one. */
  int closeCode() throws IOException {
    for (Frame frame; (frame = next()) != null;) {
      if (frame.opcode() == CLOSE) {
        return frame.closeCode();
      }
    }
    return 0;
  }

  /** Waits until the daemon has ended its side, in whatever way. */
  void awaitEnd() throws IOException {
    byte[] part = new byte[64 << 10];
    try {
      while (in.read(part) >= 0) {}
    } catch (SocketException e) {
      // A reset is an end as well.
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
