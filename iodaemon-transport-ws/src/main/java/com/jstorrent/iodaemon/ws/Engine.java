package com.jstorrent.iodaemon.ws;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.transport.CloseReason;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
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
import org.java_websocket.handshake.ClientHandshake;
import org.java_websocket.handshake.HandshakeBuilder;
import org.java_websocket.handshake.Handshakedata;
import org.java_websocket.handshake.ServerHandshakeBuilder;
import org.java_websocket.protocols.Protocol;
import org.jspecify.annotations.Nullable;

/**
 * Java-WebSocket without its server: the opening handshake, control frames and closing handshake of
 * one connection. It does no I/O: the reader passes it control frames, and the writer takes its
 * output ({@link #nextOutgoing}).
 *
 * <p>The library's output queue is unbounded. Here it holds at most the handshake, one ping and one
 * Close, because pongs bypass it.
 */
final class Engine {
  /** Notifications of the library, on the thread that passes it a frame or closes it. */
  interface Events {
    /** A Close was received or is queued. May be called with the library's locks held. */
    void onClosing();

    /** There is output to write. May be called with the library's locks held. */
    void onOutgoing();
  }

  private final Events events;
  private final WebSocketImpl socket;
  private final Draft draft;
  private final AtomicReference<@Nullable ByteBuffer> pong = new AtomicReference<>();
  private volatile boolean deliberate;

  Engine(Events events) {
    this.events = events;
    this.draft = new PlainDraft();
    this.socket = new WebSocketImpl(new Listener(), List.of(draft));
  }

  /** Processes the head of an upgrade request that was already checked, and queues the answer. */
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
        // isValid() is meant to throw this, but throws a NullPointerException.
        throw new InvalidDataException(CloseFrame.NO_UTF8, "The reason is not UTF-8.");
      }
      frame.isValid();
      socket.getDraft().processFrame(socket, frame);
    } catch (InvalidDataException e) {
      socket.close(e);
    } catch (WebsocketNotConnectedException e) {
      // A frame that followed a Close in the same read.
    }
  }

  private static Opcode opcodeOf(int code) {
    return switch (code) {
      case WireFormat.OP_CLOSE -> Opcode.CLOSING;
      case WireFormat.OP_PING -> Opcode.PING;
      case WireFormat.OP_PONG -> Opcode.PONG;
      default -> throw new IllegalArgumentException("This is not a control frame.");
    };
  }

  /** Starts the closing handshake; further calls do nothing. Thread-safe. */
  void close(CloseReason reason) {
    socket.close(reason.code());
  }

  /**
   * Queues a ping, unless the connection is closing or there is output that has not been taken yet: a client that does
   * not read would otherwise collect one ping after the other.
   */
  void ping() {
    if (!socket.outQueue.isEmpty()) {
      return;
    }
    try {
      socket.sendPing();
    } catch (WebsocketNotConnectedException e) {
      // It is closing.
    }
  }

  /** The next output, or null. Called by the writing thread only. */
  @Nullable
  ByteBuffer nextOutgoing() {
    ByteBuffer answer = pong.getAndSet(null);
    return answer != null ? answer : socket.outQueue.poll();
  }

  boolean isOpen() {
    return socket.isOpen();
  }

  /** Whether the output ends with what is queued now. */
  boolean isClosing() {
    return socket.isFlushAndClose();
  }

  /**
   * Whether the connection was closed deliberately, so that the session will not be resumed. A
   * browser that stops a worker or leaves a page sends 1001; such a client may come back.
   */
  boolean closedDeliberately() {
    return deliberate;
  }

  /**
   * Answers the opening handshake with the fields of RFC 6455 § 4.2.2 only. The library would add Server and
   * Date, for which the JDK sets up calendars and locales while the first client waits.
   */
  private static final class PlainDraft extends Draft_6455 {
    private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    PlainDraft() {
      // The empty protocol is needed: without any the library answers 404.
      super(List.of(), List.of(new Protocol("")), Limits.FRAME_BYTES);
    }

    @Override
    public HandshakeBuilder postProcessHandshakeResponseAsServer(
        ClientHandshake request, ServerHandshakeBuilder answer) {
      answer.put("Upgrade", "websocket");
      answer.put("Connection", "Upgrade");
      answer.put("Sec-WebSocket-Accept", accept(request.getFieldValue("Sec-WebSocket-Key")));
      answer.setHttpStatusMessage("Switching Protocols");
      return answer;
    }

    private static String accept(String key) {
      try {
        byte[] digest =
            MessageDigest.getInstance("SHA-1").digest((key.strip() + GUID).getBytes(US_ASCII));
        return Base64.getEncoder().encodeToString(digest);
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException("Every JVM has SHA-1.", e);
      }
    }

    @Override
    public Draft copyInstance() {
      return new PlainDraft();
    }
  }

  private final class Listener extends WebSocketAdapter {
    /**
     * Keeps only the latest pong, as RFC 6455 § 5.5.3 allows, so that a client that sends pings and
     * never reads does not fill a queue.
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
      deliberate |= !remote || code == CloseFrame.NORMAL || code == CloseFrame.NOCODE;
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
