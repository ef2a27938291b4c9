package com.jstorrent.iodaemon.ws;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.transport.CloseReason;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.java_websocket.WebSocket;
import org.java_websocket.WebSocketAdapter;
import org.java_websocket.WebSocketImpl;
import org.java_websocket.drafts.Draft;
import org.java_websocket.drafts.Draft_6455;
import org.java_websocket.enums.Opcode;
import org.java_websocket.exceptions.InvalidDataException;
import org.java_websocket.exceptions.InvalidHandshakeException;
import org.java_websocket.exceptions.WebsocketNotConnectedException;
import org.java_websocket.framing.CloseFrame;
import org.java_websocket.framing.Framedata;
import org.java_websocket.framing.FramedataImpl1;
import org.java_websocket.framing.PongFrame;
import org.java_websocket.handshake.ClientHandshake;
import org.java_websocket.handshake.HandshakeBuilder;
import org.java_websocket.handshake.HandshakeImpl1Server;
import org.java_websocket.handshake.Handshakedata;
import org.java_websocket.handshake.ServerHandshakeBuilder;
import org.java_websocket.protocols.Protocol;
import org.jspecify.annotations.Nullable;

/**
 * Java-WebSocket without its server: one connection's handshake, control frames and close. It is fed
 * by the reader and drained by the writer; it touches no socket.
 *
 * <p>Its queue is unbounded by itself. Here it holds at most the handshake, one ping and one Close:
 * pongs do not go through it (see {@link #nextOutgoing}).
 */
final class Engine {
  /** What the library has for the connection. Called on the thread that feeds it, or closes it. */
  interface Events {
    /** A Close was received, or is going to be sent. May be called under the library's locks. */
    void onClosing();

    /** There is something to write. May be called under the library's locks. */
    void onOutgoing();
  }

  private final Events events;
  private final WebSocketImpl socket;
  private final Draft draft;
  private final AtomicReference<@Nullable ByteBuffer> pong = new AtomicReference<>();
  private volatile boolean finished;

  Engine(Events events) {
    this.events = events;
    this.draft = new AnonymousDraft();
    this.socket = new WebSocketImpl(new Listener(), List.of(draft));
  }

  /** Takes the head of an upgrade request that was checked; the answer is then outgoing. */
  void open(byte[] head) {
    socket.decode(ByteBuffer.wrap(head));
    if (!socket.isOpen()) {
      throw new IllegalStateException("The library refused a handshake that was checked.");
    }
  }

  /**
   * Handles a control frame.
   *
   * @param payload unmasked, in an array of its own
   */
  void control(int opcode, ByteBuffer payload) {
    try {
      FramedataImpl1 frame = FramedataImpl1.get(opcodeOf(opcode));
      frame.setFin(true);
      frame.setPayload(payload);
      if (frame instanceof CloseFrame close && close.getMessage() == null) {
        // What isValid() means to do, and fails over.
        throw new InvalidDataException(CloseFrame.NO_UTF8, "The reason is not UTF-8.");
      }
      frame.isValid();
      socket.getDraft().processFrame(socket, frame);
    } catch (InvalidDataException e) {
      socket.close(e);
    } catch (WebsocketNotConnectedException e) {
      // A frame that came behind a Close in the same read.
    }
  }

  private static Opcode opcodeOf(int code) {
    return switch (code) {
      case WireFormat.OP_CLOSE -> Opcode.CLOSING;
      case WireFormat.OP_PING -> Opcode.PING;
      case WireFormat.OP_PONG -> Opcode.PONG;
      default -> throw new IllegalArgumentException("This is no control frame.");
    };
  }

  /** Begins the closing handshake, once. Any thread. */
  void close(CloseReason reason) {
    socket.close(reason.code());
  }

  /** Queues a ping. Does nothing when the connection is closing. */
  void ping() {
    try {
      socket.sendPing();
    } catch (WebsocketNotConnectedException e) {
      // It closed a moment ago.
    }
  }

  /** The next thing to write, or null. The writer only. */
  @Nullable
  ByteBuffer nextOutgoing() {
    ByteBuffer answer = pong.getAndSet(null);
    return answer != null ? answer : socket.outQueue.poll();
  }

  boolean isOpen() {
    return socket.isOpen();
  }

  /** Whether nothing more is to be written once the queue is empty. */
  boolean isClosing() {
    return socket.isFlushAndClose();
  }

  /**
   * Whether the connection was closed because one side is done with it: a browser that stops a worker
   * or leaves a page sends 1001, and may come back.
   */
  boolean closedForGood() {
    return finished;
  }

  /** The library signs its answer to the upgrade, and has a reason phrase of its own. */
  private static final class AnonymousDraft extends Draft_6455 {
    private static final List<String> FIELDS =
        List.of("Upgrade", "Connection", "Sec-WebSocket-Accept");

    AnonymousDraft() {
      // The empty protocol is needed: without any the library answers 404.
      super(List.of(), List.of(new Protocol("")), Limits.FRAME_BYTES);
    }

    @Override
    public HandshakeBuilder postProcessHandshakeResponseAsServer(
        ClientHandshake request, ServerHandshakeBuilder response)
        throws InvalidHandshakeException {
      HandshakeBuilder signed = super.postProcessHandshakeResponseAsServer(request, response);
      HandshakeImpl1Server answer = new HandshakeImpl1Server();
      FIELDS.forEach(name -> answer.put(name, signed.getFieldValue(name)));
      answer.setHttpStatusMessage("Switching Protocols");
      return answer;
    }

    @Override
    public Draft copyInstance() {
      return new AnonymousDraft();
    }
  }

  private final class Listener extends WebSocketAdapter {
    /**
     * RFC 6455 § 5.5.3 allows to answer the latest ping alone; so a client that sends pings and
     * never reads costs one pong.
     */
    @Override
    public void onWebsocketPing(WebSocket ignored, Framedata ping) {
      pong.set(draft.createBinaryFrame(new PongFrame((org.java_websocket.framing.PingFrame) ping)));
      events.onOutgoing();
    }

    @Override
    public void onWebsocketMessage(WebSocket ignored, ByteBuffer message) {}

    @Override
    public void onWebsocketMessage(WebSocket ignored, String message) {}

    @Override
    public void onWriteDemand(WebSocket ignored) {
      events.onOutgoing();
    }

    @Override
    public void onWebsocketClosing(WebSocket ignored, int code, String reason, boolean remote) {
      finished |= !remote || code == CloseFrame.NORMAL || code == CloseFrame.NOCODE;
      events.onClosing();
    }

    @Override
    public void onWebsocketOpen(WebSocket ignored, Handshakedata handshake) {}

    @Override
    public void onWebsocketClose(WebSocket ignored, int code, String reason, boolean remote) {}

    @Override
    public void onWebsocketCloseInitiated(WebSocket ignored, int code, String reason) {}

    @Override
    public void onWebsocketError(WebSocket ignored, Exception failure) {}

    @Override
    public @Nullable InetSocketAddress getLocalSocketAddress(WebSocket ignored) {
      return null;
    }

    @Override
    public @Nullable InetSocketAddress getRemoteSocketAddress(WebSocket ignored) {
      return null;
    }
  }
}
