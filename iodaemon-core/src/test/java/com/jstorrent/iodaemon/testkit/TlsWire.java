package com.jstorrent.iodaemon.testkit;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;

/** A TLS server whose records a test writes itself, in portions of its choice. */
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
   * Does the handshake; blocks.
   *
   * @throws IOException when the client refuses
   */
  public static TlsWire accept(Socket socket, String version) throws IOException {
    return accept(socket, version, new byte[0], new byte[0]);
  }

  /**
   * Does the handshake, and sends more records with it; blocks.
   *
   * @param before records to send before the first one of the handshake
   * @param after data to send in one write with the end of the handshake
   */
  public static TlsWire accept(Socket socket, String version, byte[] before, byte[] after)
      throws IOException {
    TlsWire wire = acceptSilently(socket, version, before);
    wire.write(wire.lastFlight(), after.length == 0 ? after : wire.wrap(after));
    return wire;
  }

  /** The same, but the caller writes {@link #lastFlight}. */
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

  /** The records that end the handshake on this side, if any; write them before the first data. */
  public byte[] lastFlight() {
    return lastFlight;
  }

  /** Sends each flight but the last in one write; split flights are tested elsewhere. */
  private void shakeHands(byte[] before) throws IOException {
    engine.beginHandshake();
    ByteArrayOutputStream flight = new ByteArrayOutputStream();
    readMore(); // the client sends first
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

  /** Records with these bytes; without any, the pending messages of the protocol itself. */
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

  /** A KeyUpdate that asks for one in return (TLS 1.3). */
  public byte[] keyUpdate() throws IOException {
    engine.beginHandshake();
    return wrap(new byte[0]);
  }

  /** The close_notify record. */
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
