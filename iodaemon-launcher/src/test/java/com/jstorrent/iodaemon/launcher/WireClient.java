package com.jstorrent.iodaemon.launcher;

import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.frame.FrameReader;
import com.jstorrent.iodaemon.frame.FrameWriter;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A client of {@code /io} or {@code /control} over the JDK's WebSocket. It requests a message for
 * each one taken.
 */
final class WireClient implements AutoCloseable {
  private static final long TIMEOUT_SECONDS = 60;
  private static final int WINDOW = 16;

  private final BlockingQueue<ByteBuffer> messages = new LinkedBlockingQueue<>();
  private final CompletableFuture<Close> closed = new CompletableFuture<>();
  private final WebSocket socket;
  private final String serverHello;

  /** The daemon's Close frame. */
  record Close(int code, String reason) {}

  WireClient(HttpClient http, int port, String token) throws Exception {
    this(http, port, token, "");
  }

  /**
   * @param hello the body of CLIENT_HELLO
   */
  WireClient(HttpClient http, int port, String token, String hello) throws Exception {
    this(http, port, "/io", token, hello);
  }

  /** Connects to this path. */
  WireClient(HttpClient http, int port, String path, String token, String hello)
      throws Exception {
    WebSocket.Builder builder = http.newWebSocketBuilder();
    if (path.equals("/io")) { // with the token at the upgrade the handshake has no deadline
      builder.header("X-JST-Auth", token);
    }
    socket =
        builder.buildAsync(URI.create("ws://127.0.0.1:" + port + path), new Receiver()).get();
    send(new ClientFrame.ClientHello(1, hello));
    serverHello = expect(DaemonFrame.ServerHello.class).body();
    send(new ClientFrame.Auth(2, 0, token + "\0extension\0install"));
    if (expect(DaemonFrame.AuthResult.class).status() != 0) {
      throw new AssertionError("The token was refused.");
    }
  }

  /** The body of SERVER_HELLO. */
  String serverHello() {
    return serverHello;
  }

  /** Whether it is open, or how it has ended. */
  private Object state() {
    return closed.<Object>handle((close, error) -> error == null ? close : error).getNow("open");
  }

  /** Sends a Close with this code. */
  void close(int code) {
    socket.sendClose(code, "").join();
  }

  /** Waits for the daemon's Close and returns its code. */
  int awaitClose() throws Exception {
    return closed.get(TIMEOUT_SECONDS, TimeUnit.SECONDS).code();
  }

  /** Whether there is no received frame left. */
  boolean isSilent() {
    return messages.isEmpty();
  }

  void send(ClientFrame frame) {
    try {
      socket.sendBinary(FrameWriter.write(frame, 0), true).join();
    } catch (CompletionException e) {
      throw new IllegalStateException("The WebSocket cannot send any more: " + state(), e);
    }
  }

  DaemonFrame next() throws Exception {
    ByteBuffer message = messages.poll(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    if (message == null) {
      throw new AssertionError("No frame has arrived: " + state());
    }
    return read(message);
  }

  /** The next frame, for which it waits without a limit. */
  DaemonFrame nextHoweverLate() throws Exception {
    return read(messages.take());
  }

  private DaemonFrame read(ByteBuffer message) throws Exception {
    socket.request(1);
    return FrameReader.readDaemon(message);
  }

  <F extends DaemonFrame> F expect(Class<F> kind) throws Exception {
    DaemonFrame frame = next();
    if (!kind.isInstance(frame)) {
      throw new AssertionError("Expected " + kind.getSimpleName() + " but got " + frame);
    }
    return kind.cast(frame);
  }

  @Override
  public void close() {
    socket.abort();
  }

  private final class Receiver implements WebSocket.Listener {
    private final ByteArrayOutputStream message = new ByteArrayOutputStream();

    @Override
    public void onOpen(WebSocket webSocket) {
      webSocket.request(WINDOW);
    }

    @Override
    public void onError(WebSocket webSocket, Throwable error) {
      closed.completeExceptionally(error);
    }

    @Override
    public CompletionStage<?> onClose(WebSocket webSocket, int code, String reason) {
      closed.complete(new Close(code, reason));
      return null;
    }

    @Override
    public CompletionStage<?> onBinary(WebSocket webSocket, ByteBuffer part, boolean last) {
      byte[] bytes = new byte[part.remaining()];
      part.get(bytes);
      message.writeBytes(bytes);
      if (last) {
        messages.add(ByteBuffer.wrap(message.toByteArray()));
        message.reset();
      } else {
        webSocket.request(1);
      }
      return null;
    }
  }
}
