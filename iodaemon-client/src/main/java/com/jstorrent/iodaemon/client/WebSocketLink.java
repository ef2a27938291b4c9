package com.jstorrent.iodaemon.client;

import java.io.IOException;
import java.net.SocketException;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/** A connection over the JDK's WebSocket, which takes one message at a time. */
final class WebSocketLink implements FrameLink {
  private static final String BROKEN = "The connection to the daemon has broken.";
  private static final Duration CLOSE_HANDSHAKE = Duration.ofSeconds(2);

  /** How long nothing came before the first look whether the connection still exists; then it doubles. */
  private static final Duration FIRST_PROBE = Duration.ofMillis(100);

  private static final Duration LAST_PROBE = Duration.ofSeconds(20);

  private final WebSocket socket;
  private final WebSocketReceiver receiver;
  private Duration probe = FIRST_PROBE; // the reader's, as the one below
  private CompletableFuture<?> ping = CompletableFuture.completedFuture(null);

  WebSocketLink(WebSocket socket, WebSocketReceiver receiver) {
    this.socket = socket;
    this.receiver = receiver;
  }

  @Override
  public void send(ByteBuffer frame) throws IOException, InterruptedException {
    try {
      socket.sendBinary(frame, true).get();
    } catch (ExecutionException e) {
      throw new IOException(BROKEN, e.getCause());
    }
  }

  @Override
  public @Nullable ByteBuffer receive(Duration timeout) throws IOException, InterruptedException {
    Duration left = timeout;
    while (left.compareTo(probe) > 0) {
      ByteBuffer frame = receiver.take(probe);
      if (frame != null) {
        probe = FIRST_PROBE;
        return frame;
      }
      left = left.minus(probe);
      probe();
    }
    return receiver.take(left);
  }

  /**
   * Sends a ping, which fails when the connection has ended. The JDK forgets to report an end that comes while a
   * message is being delivered (its TransportImpl then has no demand, and fails within onComplete).
   */
  private void probe() {
    Duration twice = probe.multipliedBy(2);
    probe = twice.compareTo(LAST_PROBE) < 0 ? twice : LAST_PROBE;
    if (ping.isDone()) { // else the daemon takes nothing at the moment
      ping =
          socket
              .sendPing(ByteBuffer.allocate(0))
              .whenComplete(
                  (sent, failure) -> {
                    if (failure != null) {
                      receiver.end(new IOException(BROKEN, failure));
                    }
                  });
    }
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
