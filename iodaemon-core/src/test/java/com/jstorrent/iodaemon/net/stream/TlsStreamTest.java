package com.jstorrent.iodaemon.net.stream;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.testkit.TestTls;
import com.jstorrent.iodaemon.testkit.TlsWire;
import com.jstorrent.iodaemon.transport.BufferPool;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLEngine;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A stream on a real connection; the test's thread acts as relay and as peer writer in turn. */
class TlsStreamTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final BufferPool pool = new BufferPool(64 << 10, 4);
  private final ByteBuffer scratch = ByteBuffer.allocateDirect(64 << 10);
  private final ByteBuffer decrypted = ByteBuffer.allocateDirect(64 << 10);

  private TlsStream open(SocketChannel channel) throws IOException {
    SSLEngine engine = TestTls.trusting().createSSLEngine(TestTls.HOST, -1);
    engine.setUseClientMode(true);
    engine.beginHandshake();
    return new TlsStream(channel, engine, pool, () -> scratch);
  }

  /** Does on this thread what the stream asks for; returns whether to read again without waiting. */
  private static boolean goesOn(TlsStream stream) throws IOException {
    return switch (stream.nextStep()) {
      case WAIT -> false;
      case READ -> true;
      case FLUSH -> {
        stream.flush();
        yield stream.flushed();
      }
      case COMPUTE -> {
        stream.compute();
        yield true;
      }
    };
  }

  /**
   * The peer writer may flush at any time, also after a read of the relay that stopped because the
   * handshake has to send, and before the relay asks whether to read again. Bytes that were received
   * beyond that point must then still be processed, since no selector event will announce them.
   */
  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
  void aHandshakeGoesOnWhenAnotherThreadHasFlushedAfterTheRead(String version) throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        SocketChannel channel = SocketChannel.open(server.getLocalSocketAddress());
        java.net.Socket accepted = server.accept();
        Selector selector = Selector.open()) {
      CompletableFuture<TlsWire> peer =
          CompletableFuture.supplyAsync(() -> accept(accepted, version, new byte[0]));
      channel.configureBlocking(false);
      channel.register(selector, SelectionKey.OP_READ);
      TlsStream stream = open(channel);
      shakeHands(stream, selector);
      TlsWire wire = peer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      wire.write(wire.wrap(new byte[1000]));
      stream.markVerified();
      int received = 0;
      while (received < 1000) {
        selector.select(PATIENCE.toMillis());
        selector.selectedKeys().clear();
        int count = stream.read(decrypted.clear());
        assertThat(count).isNotNegative();
        received += count;
      }
      assertThat(received).isEqualTo(1000);
      stream.discard();
    }
  }

  /** A peer may send the end of the handshake, data and close_notify at once. */
  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
  void theHandshakeSucceedsWhenDataAndTheEndFollowItAtOnce(String version)
      throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        SocketChannel channel = SocketChannel.open(server.getLocalSocketAddress());
        java.net.Socket accepted = server.accept();
        Selector selector = Selector.open()) {
      CompletableFuture<Void> peer =
          CompletableFuture.runAsync(() -> speakAndEnd(accepted, version));
      channel.configureBlocking(false);
      channel.register(selector, SelectionKey.OP_READ);
      TlsStream stream = open(channel);
      int received = 0;
      while (received == 0) {
        received = stream.read(decrypted.clear());
        if (stream.handshaken()) {
          stream.markVerified();
        }
        if (received == 0 && !goesOn(stream)) {
          if (peer.isDone()) {
            peer.get();
          }
          selector.select(PATIENCE.toMillis());
          selector.selectedKeys().clear();
        }
      }
      assertThat(received).isEqualTo(3);
      assertThat(stream.handshaken()).isTrue();
      stream.discard();
    }
  }

  private static void speakAndEnd(java.net.Socket socket, String version) {
    try {
      TlsWire wire = TlsWire.acceptSilently(socket, version);
      wire.write(wire.lastFlight(), wire.wrap(new byte[3]), wire.closeNotify());
    } catch (IOException e) {
      throw new CompletionException(e);
    }
  }

  /** The first data may arrive with the end of the handshake, before the certificate is accepted. */
  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
  void noDataIsReadBeforeThePeerIsAccepted(String version) throws Exception {
    byte[] greeting = "220 ready".getBytes();
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        SocketChannel channel = SocketChannel.open(server.getLocalSocketAddress());
        java.net.Socket accepted = server.accept();
        Selector selector = Selector.open()) {
      CompletableFuture<TlsWire> peer =
          CompletableFuture.supplyAsync(() -> accept(accepted, version, greeting));
      channel.configureBlocking(false);
      channel.register(selector, SelectionKey.OP_READ);
      TlsStream stream = open(channel);
      shakeHands(stream, selector);
      peer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS); // everything has been sent
      for (int i = 0; i < 3; i++) {
        assertThat(stream.read(decrypted.clear())).as("bytes for the client").isZero();
      }
      stream.markVerified();
      assertThat(goesOn(stream)).as("the bytes held back are delivered").isTrue();
      int count = 0;
      while (count == 0) {
        count = stream.read(decrypted.clear());
        if (count == 0 && !goesOn(stream)) {
          selector.select(PATIENCE.toMillis());
          selector.selectedKeys().clear();
        }
      }
      byte[] got = new byte[count];
      decrypted.flip().get(got);
      assertThat(got).isEqualTo(greeting);
      stream.discard();
    }
  }

  private void shakeHands(TlsStream stream, Selector selector) throws IOException {
    while (!stream.handshaken()) {
      assertThat(stream.read(decrypted.clear())).as("bytes for the client").isZero();
      stream.flush();
      if (!goesOn(stream) && !stream.handshaken()) {
        assertThat(selector.select(PATIENCE.toMillis()))
            .as("the peer sends something; otherwise it waits for this side")
            .isPositive();
        selector.selectedKeys().clear();
      }
    }
  }

  private static TlsWire accept(java.net.Socket socket, String version, byte[] after) {
    try {
      return TlsWire.accept(socket, version, new byte[0], after);
    } catch (IOException e) {
      throw new CompletionException(e);
    }
  }
}
