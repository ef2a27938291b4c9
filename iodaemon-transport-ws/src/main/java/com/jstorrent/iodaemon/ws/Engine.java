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
import org.java_websocket.exceptions.WebsocketNotConnectedException;
import org.java_websocket.framing.CloseFrame;
import org.java_websocket.framing.Framedata;
import org.java_websocket.framing.FramedataImpl1;
import org.java_websocket.framing.PongFrame;
import org.java_websocket.handshake.Handshakedata;
import org.java_websocket.protocols.Protocol;
import org.jspecify.annotations.Nullable;

/**
 * Java-WebSocket without its server: one connection's handshake, control frames, fragments and
 * close. It is fed by the reader and drained by the writer; it touches no socket.
 *
 * <p>Its queue is unbounded by itself. Here it holds at most the handshake, one ping and one Close:
 * pongs do not go through it (see {@link #nextOutgoing}).
 */
final class Engine {
  /** What the library has for the connection. Called on the thread that feeds it, or closes it. */
  interface Events {
    /** A binary message that came in fragments. */
    void onMessage(ByteBuffer message);

    void onText();

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
    // The empty protocol is needed: without any the library answers 404.
    this.draft = new Draft_6455(List.of(), List.of(new Protocol("")), Limits.FRAME_BYTES);
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
   * Handles a frame that is not a whole binary message.
   *
   * @param payload unmasked, in an array of its own: the library keeps fragments
   */
  void frame(int opcode, boolean fin, ByteBuffer payload) {
    try {
      FramedataImpl1 frame = FramedataImpl1.get(opcodeOf(opcode));
      frame.setFin(fin);
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
      case WireFormat.OP_CONTINUATION -> Opcode.CONTINUOUS;
      case WireFormat.OP_TEXT -> Opcode.TEXT;
      case WireFormat.OP_BINARY -> Opcode.BINARY;
      case WireFormat.OP_CLOSE -> Opcode.CLOSING;
      case WireFormat.OP_PING -> Opcode.PING;
      case WireFormat.OP_PONG -> Opcode.PONG;
      default -> throw new IllegalArgumentException("The reader refuses other opcodes.");
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
    public void onWebsocketMessage(WebSocket ignored, ByteBuffer message) {
      events.onMessage(message);
    }

    @Override
    public void onWebsocketMessage(WebSocket ignored, String message) {
      events.onText();
    }

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
