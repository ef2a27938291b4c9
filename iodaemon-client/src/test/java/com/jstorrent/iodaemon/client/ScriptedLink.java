package com.jstorrent.iodaemon.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.frame.FrameReader;
import com.jstorrent.iodaemon.frame.FrameWriter;
import com.jstorrent.iodaemon.frame.ProtocolException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A connection whose other end is the test, which plays the daemon frame by frame. */
final class ScriptedLink implements FrameLink {
  private static final ByteBuffer END = ByteBuffer.allocate(0);

  private final BlockingQueue<ByteBuffer> toDaemon = new LinkedBlockingQueue<>();
  private final BlockingQueue<ByteBuffer> toClient = new LinkedBlockingQueue<>();
  private volatile boolean broken;
  private volatile boolean closedInOrder;
  private volatile @Nullable LinkClosedException daemonsClose;

  /** Connections in the order in which they are made. */
  static final class Connector implements FrameLink.Connector {
    private final BlockingQueue<ScriptedLink> prepared = new LinkedBlockingQueue<>();

    ScriptedLink prepare() {
      ScriptedLink link = new ScriptedLink();
      prepared.add(link);
      return link;
    }

    @Override
    public FrameLink connect(Duration timeout) throws IOException, InterruptedException {
      ScriptedLink next = prepared.poll(60, TimeUnit.SECONDS);
      if (next == null) {
        throw new IOException("The test has prepared no connection.");
      }
      return next;
    }

    @Override
    public void close() {}
  }

  @Override
  public void send(ByteBuffer frame) throws IOException {
    if (broken) {
      throw new EOFException("broken");
    }
    toDaemon.add(ByteBuffer.allocate(frame.remaining()).put(frame).flip());
  }

  @Override
  public @Nullable ByteBuffer receive(Duration timeout) throws IOException, InterruptedException {
    ByteBuffer frame = toClient.poll(timeout.toMillis(), TimeUnit.MILLISECONDS);
    if (frame == END) {
      throw daemonsClose == null ? new EOFException("broken") : daemonsClose;
    }
    return frame;
  }

  @Override
  public void close() {
    closedInOrder = true;
    abort();
  }

  /** Whether the daemon was told that the client is done. */
  boolean isClosedInOrder() {
    return closedInOrder;
  }

  @Override
  public void abort() {
    broken = true;
    toClient.add(END);
  }

  /** Breaks after what was said; what the client sends until then is still heard. */
  void breakBehind() {
    toClient.add(END);
  }

  /** The daemon closes the connection after what it has said. */
  void sayClose(int code) {
    daemonsClose = new LinkClosedException(code);
    toClient.add(END);
  }

  void say(DaemonFrame frame) {
    toClient.add(FrameWriter.write(frame, 0));
  }

  void sayBytes(String hex) {
    toClient.add(ByteBuffer.wrap(HexFormat.of().parseHex(hex)));
  }

  /** The next frame of the client, in hex. */
  String hearBytes() throws InterruptedException {
    ByteBuffer frame = toDaemon.poll(60, TimeUnit.SECONDS);
    assertThat(frame).as("a frame of the client").isNotNull();
    return HexFormat.of().formatHex(frame.array());
  }

  <F extends ClientFrame> F hear(Class<F> type) throws InterruptedException, ProtocolException {
    ByteBuffer frame = ByteBuffer.wrap(HexFormat.of().parseHex(hearBytes()));
    ClientFrame read = FrameReader.readClient(FrameReader.clientOpcode(frame), frame);
    assertThat(read).isInstanceOf(type);
    return type.cast(read);
  }

  /** Whether the client has sent nothing that was not heard. */
  boolean isSilent() {
    return toDaemon.isEmpty();
  }

  /** Answers the handshake; to be said before the client connects. */
  ScriptedLink welcome(String hello) {
    say(new DaemonFrame.ServerHello(1, hello));
    say(new DaemonFrame.AuthResult(2, 0, ""));
    return this;
  }

  void hearHandshake() throws InterruptedException, ProtocolException {
    hear(ClientFrame.ClientHello.class);
    hear(ClientFrame.Auth.class);
  }
}
