package com.jstorrent.iodaemon.client;

import java.io.IOException;
import java.net.SocketException;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/** A connection over the JDK's WebSocket, which takes one message at a time. */
final class WebSocketLink implements FrameLink {
  private static final Duration CLOSE_HANDSHAKE = Duration.ofSeconds(2);

  private final WebSocket socket;
  private final WebSocketReceiver receiver;

  WebSocketLink(WebSocket socket, WebSocketReceiver receiver) {
    this.socket = socket;
    this.receiver = receiver;
  }

  @Override
  public void send(ByteBuffer frame) throws IOException, InterruptedException {
    try {
      socket.sendBinary(frame, true).get();
    } catch (ExecutionException e) {
      throw new IOException("The connection to the daemon has broken.", e.getCause());
    }
  }

  @Override
  public @Nullable ByteBuffer receive(Duration timeout) throws IOException, InterruptedException {
    return receiver.take(timeout);
  }

  @Override
  public void close() {
    try {
      socket.sendClose(WebSocket.NORMAL_CLOSURE, "");
      receiver.awaitEnd(CLOSE_HANDSHAKE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      abort();
    }
  }

  @Override
  public void abort() {
    receiver.end(new SocketException("The connection to the daemon was closed here."));
    socket.abort();
  }
}
