package com.jstorrent.iodaemon.client;

import static com.jstorrent.iodaemon.client.Async.async;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.jstorrent.iodaemon.client.ClientDaemon.Way;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.testkit.Peer;
import com.jstorrent.iodaemon.testkit.SilentPort;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Time limits, interrupts, and closing while a call blocks. */
@Timeout(300)
class TcpTimeLimitsTest {
  private static final String LOOPBACK = "127.0.0.1";

  private ClientDaemon daemon;
  private Peer peer;

  @BeforeEach
  void start() throws IOException {
    daemon = ClientDaemon.start();
    peer = Peer.open();
  }

  @AfterEach
  void stop() throws IOException {
    peer.close();
    daemon.close();
  }

  @ParameterizedTest
  @EnumSource
  void aConnectThatTakesTooLongIsCancelled(Way way) throws Exception {
    try (SilentPort silent = new SilentPort();
        IoClient client = daemon.client(way)) {
      assertThatThrownBy(() -> client.connect(LOOPBACK, silent.port(), Duration.ofMillis(50)))
          .isInstanceOf(SocketTimeoutException.class);
      daemon.awaitStat(Counter.PENDING_CONNECTS, 0);
    }
  }

  @ParameterizedTest
  @EnumSource
  void anInterruptCancelsAConnect(Way way) throws Exception {
    try (SilentPort silent = new SilentPort();
        IoClient client = daemon.client(way)) {
      CompletableFuture<IOException> thrown = new CompletableFuture<>();
      Thread connecting =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      client.connect(LOOPBACK, silent.port(), Duration.ZERO).closeNow();
                    } catch (IOException e) {
                      thrown.complete(e);
                    }
                  });
      daemon.awaitStat(Counter.PENDING_CONNECTS, 1);
      connecting.interrupt();
      assertThat(thrown.get()).isInstanceOf(InterruptedIOException.class);
      daemon.awaitStat(Counter.PENDING_CONNECTS, 0);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aReadThatTimesOutOrIsInterruptedLosesNothing(Way way) throws Exception {
    try (IoClient client = daemon.client(way);
        TcpConnection connection = client.connect(LOOPBACK, peer.port())) {
      Socket socket = peer.accept();
      connection.readTimeout(Duration.ofMillis(20));
      assertThatThrownBy(() -> connection.input().read())
          .isInstanceOf(SocketTimeoutException.class);
      connection.readTimeout(Duration.ZERO);
      CountDownLatch begun = new CountDownLatch(1);
      CompletableFuture<IOException> thrown = new CompletableFuture<>();
      Thread reading =
          Thread.ofVirtual()
              .start(
                  () -> {
                    begun.countDown();
                    try {
                      connection.input().read();
                    } catch (IOException e) {
                      thrown.complete(e);
                    }
                  });
      begun.await();
      reading.interrupt();
      assertThat(thrown.get()).isInstanceOf(InterruptedIOException.class);
      socket.getOutputStream().write(7);
      assertThat(connection.input().read()).isEqualTo(7);
      socket.close();
    }
  }

  @ParameterizedTest
  @EnumSource
  void aWriteThatTimesOutTellsHowMuchWasAccepted(Way way) throws Exception {
    byte[] data = Peer.bytes(8, 30_000_000);
    try (IoClient client = daemon.client(way)) {
      TcpConnection connection = client.connect(LOOPBACK, peer.port());
      Socket socket = peer.accept();
      connection.writeTimeout(Duration.ofMillis(200));
      ByteBuffer all = ByteBuffer.wrap(data);
      assertThatThrownBy(() -> connection.channel().write(all))
          .isInstanceOfSatisfying(
              SocketTimeoutException.class,
              e -> assertThat(e.bytesTransferred).isEqualTo(all.position()).isPositive());
      connection.writeTimeout(Duration.ZERO);
      CompletableFuture<byte[]> sunk =
          async(() -> socket.getInputStream().readNBytes(data.length));
      connection.channel().write(all);
      assertThat(sunk.get()).isEqualTo(data);
      connection.closeNow();
    }
  }

  @ParameterizedTest
  @EnumSource
  void closingEndsCallsThatBlock(Way way) throws Exception {
    try (IoClient client = daemon.client(way)) {
      TcpConnection connection = client.connect(LOOPBACK, peer.port());
      Socket socket = peer.accept();
      CompletableFuture<Integer> read = async(() -> connection.input().read());
      CompletableFuture<Void> written =
          async(
              () -> {
                connection.output().write(new byte[30_000_000]);
                return null;
              });
      TestWait.until(() -> socket.getInputStream().available() > 0);
      connection.closeNow();
      assertThatThrownBy(read::get).isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(ClosedChannelException.class);
      assertThatThrownBy(written::get).isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(AsynchronousCloseException.class);
    }
  }
}
