package com.jstorrent.iodaemon.testkit;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;

/** A TLS server whose records a test writes itself, in whatever portions. */
public final class TlsWire {
  private static final int ROOM = 1 << 16;

  private final Socket socket;
  private final SSLEngine engine;
  private byte[] lastFlight = {};
  private final ByteBuffer received = ByteBuffer.allocate(ROOM).flip();

  private TlsWire(Socket socket, SSLEngine engine) {
    this.socket = socket;
    this.engine = engine;
  }

  /**
   * Shakes hands; blocks.
   *
   * @throws IOException when the client refuses
   */
  public static TlsWire accept(Socket socket, String version) throws IOException {
    return accept(socket, version, new byte[0], new byte[0]);
  }

  /**
   * Shakes hands, and says something more.
   *
   * @param before records that go in front of the first of the handshake
   * @param behind data that goes in one write with the end of the handshake
   */
  public static TlsWire accept(Socket socket, String version, byte[] before, byte[] behind)
      throws IOException {
    TlsWire wire = acceptSilently(socket, version, before);
    wire.write(wire.lastFlight(), behind.length == 0 ? behind : wire.wrap(behind));
    return wire;
  }

  /** As above, but that {@link #lastFlight} is the caller's to write. */
  public static TlsWire acceptSilently(Socket socket, String version) throws IOException {
    return acceptSilently(socket, version, new byte[0]);
  }

  private static TlsWire acceptSilently(Socket socket, String version, byte[] before)
      throws IOException {
    SSLEngine engine = TestTls.engine();
    engine.setEnabledProtocols(new String[] {version});
    TlsWire wire = new TlsWire(socket, engine);
    wire.shakeHands(before);
    return wire;
  }

  /** What ends the handshake on this side, if anything does; to be written in front of the first record. */
  public byte[] lastFlight() {
    return lastFlight;
  }

  /** Sends each flight but the last as a whole: what the client does with half of one is another test's. */
  private void shakeHands(byte[] before) throws IOException {
    engine.beginHandshake();
    ByteArrayOutputStream flight = new ByteArrayOutputStream();
    readMore(); // a client speaks first
    flight.writeBytes(before);
    while (true) {
      switch (engine.getHandshakeStatus()) {
        case NEED_WRAP -> flight.writeBytes(wrap(new byte[0]));
        case NEED_TASK -> engine.getDelegatedTask().run();
        case NEED_UNWRAP -> {
          SSLEngineResult result = engine.unwrap(received, ByteBuffer.allocate(ROOM));
          if (result.getStatus() == SSLEngineResult.Status.BUFFER_UNDERFLOW) {
            write(flight.toByteArray());
            flight.reset();
            readMore();
          }
        }
        default -> {
          lastFlight = flight.toByteArray();
          return;
        }
      }
    }
  }

  private void readMore() throws IOException {
    received.compact();
    int count =
        socket.getInputStream().read(received.array(), received.position(), received.remaining());
    if (count < 0) {
      throw new IOException("The client has gone.");
    }
    received.position(received.position() + count).flip();
  }

  /** Records of these bytes; of nothing, what the protocol itself has to say. */
  public byte[] wrap(byte[] data) throws IOException {
    ByteArrayOutputStream records = new ByteArrayOutputStream();
    ByteBuffer from = ByteBuffer.wrap(data);
    do {
      ByteBuffer record = ByteBuffer.allocate(ROOM);
      engine.wrap(from, record);
      records.write(record.array(), 0, record.position());
    } while (from.hasRemaining());
    return records.toByteArray();
  }

  /** The record that says goodbye. */
  public byte[] closeNotify() throws IOException {
    engine.closeOutbound();
    return wrap(new byte[0]);
  }

  public void write(byte[]... records) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] record : records) {
      all.writeBytes(record);
    }
    socket.getOutputStream().write(all.toByteArray());
  }
}
