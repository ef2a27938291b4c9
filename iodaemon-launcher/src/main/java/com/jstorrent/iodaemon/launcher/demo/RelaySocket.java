package com.jstorrent.iodaemon.launcher.demo;

import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.frame.FrameReader;
import com.jstorrent.iodaemon.frame.FrameWriter;
import com.jstorrent.iodaemon.frame.ProtocolException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A client of {@code /io} over the JDK's WebSocket. It sends frames and queues a few received ones.
 */
final class RelaySocket implements AutoCloseable {
  private static final long TIMEOUT_SECONDS = 30;
  private static final byte[] END = new byte[0];

  private final BlockingQueue<byte[]> received = new LinkedBlockingQueue<>();
  private final WebSocket socket;
  private volatile String ending = "is silent";

  private RelaySocket(HttpClient http, int port) throws IOException {
    try {
      socket =
          http.newWebSocketBuilder()
              .buildAsync(URI.create("ws://127.0.0.1:" + port + "/io"), new Receiver())
              .join();
    } catch (CompletionException e) {
      throw new IOException("The WebSocket was refused.", e);
    }
  }

  /** Connects and authenticates. */
  static RelaySocket connect(HttpClient http, int port, String token)
      throws IOException, InterruptedException {
    RelaySocket relay = new RelaySocket(http, port);
    try {
      relay.send(new ClientFrame.ClientHello(1, ""));
      relay.receive();
      relay.send(new ClientFrame.Auth(2, 1, token));
      if (relay.receive() instanceof DaemonFrame.AuthResult result && result.status() == 0) {
        return relay;
      }
      throw new IOException("The daemon did not accept the token.");
    } catch (IOException e) {
      relay.close();
      throw e;
    }
  }

  void send(ClientFrame frame) {
    try {
      socket.sendBinary(FrameWriter.write(frame, 0), true).join();
    } catch (CompletionException e) {
      // The daemon has ended the connection; earlier frames can still be received.
    }
  }

  /**
   * Returns the next frame from the daemon, and requests one more message from the connection.
   *
   * @throws IOException when the frame is ERROR, with its message, or when none arrives in time
   */
  DaemonFrame receive() throws IOException, InterruptedException {
    byte[] frame = received.poll(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    if (frame == null || frame == END) {
      throw new IOException("The daemon " + ending + ".");
    }
    socket.request(1);
    try {
      DaemonFrame read = FrameReader.readDaemon(ByteBuffer.wrap(frame));
      if (read instanceof DaemonFrame.Error error) {
        throw new IOException("The daemon has answered with ERROR: " + error.message());
      }
      return read;
    } catch (ProtocolException e) {
      throw new IOException(e.getMessage());
    }
  }

  @Override
  public void close() {
    socket.abort();
  }

  /** Assembles messages from the parts that the JDK delivers. */
  private final class Receiver implements WebSocket.Listener {
    private static final int WINDOW = 64;
    private static final int LARGEST_FRAME = 512 << 10;
    private final ByteBuffer message = ByteBuffer.allocate(LARGEST_FRAME);

    @Override
    public void onOpen(WebSocket webSocket) {
      webSocket.request(WINDOW);
    }

    @Override
    public @Nullable CompletionStage<?> onBinary(
        WebSocket webSocket, ByteBuffer part, boolean last) {
      message.put(part);
      if (last) {
        received.add(Arrays.copyOf(message.array(), message.position()));
        message.clear();
      } else {
        webSocket.request(1);
      }
      return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket webSocket, int code, String reason) {
      ending = "has closed the connection with " + code;
      received.add(END);
      return null;
    }

    @Override
    public void onError(WebSocket webSocket, Throwable error) {
      ending = "has ended the connection";
      received.add(END);
    }
  }
}
