package com.jstorrent.iodaemon.testkit;

import com.jstorrent.iodaemon.frame.Capability;
import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.frame.FrameReader;
import com.jstorrent.iodaemon.frame.FrameWriter;
import com.jstorrent.iodaemon.frame.ProtocolException;
import com.jstorrent.iodaemon.transport.CloseReason;
import com.jstorrent.iodaemon.transport.InProcessClient;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A client that sends and receives frames, and fails when it gets anything unexpected. */
public final class TestClient implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final InProcessClient connection;
  private String ticket = "";

  /** Takes over the connection in any state. */
  public TestClient(InProcessClient connection) {
    this.connection = connection;
  }

  public void authenticate(String token) throws IOException, InterruptedException {
    authenticate(token, Set.of());
  }

  public void authenticate(String token, Set<Capability> capabilities)
      throws IOException, InterruptedException {
    send(
        new ClientFrame.ClientHello(
            1, capabilities.stream().map(Capability::label).collect(Collectors.joining(" "))));
    String hello = expect(DaemonFrame.ServerHello.class).body();
    ticket = hello.substring(hello.indexOf('|') + 1);
    send(new ClientFrame.Auth(2, 1, token));
    if (expect(DaemonFrame.AuthResult.class).status() != 0) {
      throw new AssertionError("The daemon refused the token.");
    }
  }

  /** The ticket for RESUME, if the capability was asked for. */
  public String ticket() {
    return ticket;
  }

  public void send(ClientFrame frame) throws IOException {
    send(FrameWriter.write(frame, 0));
  }

  /** Sends bytes that need not be a frame. */
  public void send(ByteBuffer bytes) throws IOException {
    connection.send(bytes);
  }

  public void sendData(int socketId, byte[] data) throws IOException {
    send(new ClientFrame.TcpSend(0, socketId, ByteBuffer.wrap(data)));
  }

  /** The next frame; fails when none arrives. */
  public DaemonFrame next() throws IOException, InterruptedException {
    DaemonFrame frame = poll(PATIENCE);
    if (frame == null) {
      throw new AssertionError("The daemon is silent.");
    }
    return frame;
  }

  /** The next frame, or null when none arrives in this time. */
  public @Nullable DaemonFrame poll(Duration time) throws IOException, InterruptedException {
    ByteBuffer frame = connection.receive(time);
    try {
      return frame == null ? null : FrameReader.readDaemon(frame);
    } catch (ProtocolException e) {
      throw new AssertionError(e);
    }
  }

  /** Whether there is no frame that the test has not taken. */
  public boolean isSilent() throws IOException, InterruptedException {
    return connection.receive(Duration.ZERO) == null;
  }

  /** The next frame, which must be of this kind. */
  public <F extends DaemonFrame> F expect(Class<F> kind) throws IOException, InterruptedException {
    DaemonFrame frame = next();
    if (!kind.isInstance(frame)) {
      throw new AssertionError("Expected " + kind.getSimpleName() + " but got " + frame);
    }
    return kind.cast(frame);
  }

  /** Opens a socket to a port of this machine. */
  public void connect(int socketId, int port) throws IOException, InterruptedException {
    send(new ClientFrame.TcpConnect(socketId, socketId, port, "127.0.0.1"));
    DaemonFrame.TcpConnected connected = expect(DaemonFrame.TcpConnected.class);
    if (connected.errno() != 0 || connected.socketId() != socketId) {
      throw new AssertionError("The daemon could not connect: " + connected);
    }
  }

  /** Takes exactly this many bytes of one socket; no other frame may arrive meanwhile. */
  public byte[] receive(int socketId, int count) throws IOException, InterruptedException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(count);
    while (bytes.size() < count) {
      DaemonFrame.TcpRecv frame = expect(DaemonFrame.TcpRecv.class);
      if (frame.socketId() != socketId) {
        throw new AssertionError("Data of another socket: " + frame.socketId());
      }
      byte[] part = new byte[frame.data().remaining()];
      frame.data().get(part);
      bytes.writeBytes(part);
    }
    if (bytes.size() != count) {
      throw new AssertionError("More bytes than were sent: " + bytes.size());
    }
    return bytes.toByteArray();
  }

  /** Takes and discards at least this many bytes of one socket. */
  public void receiveSome(int socketId, int count) throws IOException, InterruptedException {
    for (int got = 0; got < count;) {
      DaemonFrame.TcpRecv frame = expect(DaemonFrame.TcpRecv.class);
      got += frame.socketId() == socketId ? frame.data().remaining() : 0;
    }
  }

  /** Waits until the daemon has ended the connection; no frame may arrive before that. */
  public @Nullable CloseReason awaitEnd() throws IOException, InterruptedException {
    try {
      DaemonFrame frame = next();
      throw new AssertionError("Expected the end but got " + frame);
    } catch (ClosedChannelException e) {
      return connection.closeReason();
    }
  }

  /** Ends the connection as a broken network does. */
  public void vanish() {
    connection.abort();
  }

  @Override
  public void close() {
    connection.close();
  }
}
