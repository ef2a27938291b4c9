package com.jstorrent.iodaemon.http.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.testkit.Peer;
import com.jstorrent.iodaemon.testkit.TestDaemon;
import com.jstorrent.iodaemon.testkit.time.ManualClock;
import com.jstorrent.iodaemon.transport.kernel.KernelQueues;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * PROTOCOL.md § 5: how long the daemon waits for a client, with a clock that the test moves by hand. What counts is
 * the time in which not one byte comes or goes.
 */
@Timeout(600)
class ConnectionDeadlinesTest {
  private static final int MIB = 1 << 20;
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration STALL = Limits.DEFAULT.bodyStall();
  private static final String WRITE = "POST /write/k HTTP/1.1\r\nHost: localhost\r\n";

  private final ManualClock clock = new ManualClock();
  private final ServerSocketChannel server =
      ServerSocketChannel.open().bind(new InetSocketAddress("127.0.0.1", 0));
  private final Socket client = new Socket();
  private SocketChannel channel;
  private HttpConnection connection;

  ConnectionDeadlinesTest() throws IOException {}

  private void connect(Limits limits) throws IOException {
    connect(new ConnectionClocks(limits, clock), limits);
  }

  private void connect(ConnectionClocks clocks, Limits limits) throws IOException {
    client.connect(
        new InetSocketAddress(InetAddress.getLoopbackAddress(), server.socket().getLocalPort()));
    client.setTcpNoDelay(true);
    client.setSoTimeout(60_000);
    channel = server.accept();
    connection = new HttpConnection(channel, limits, clocks, () -> {});
  }

  @AfterEach
  void stop() throws IOException {
    client.close();
    if (channel != null) {
      channel.close();
    }
    server.close();
    clock.close();
  }

  private void say(String text) throws IOException {
    client.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
  }

  /** On a platform thread, as the daemon does it. */
  private static <T> CompletableFuture<T> served(Callable<T> work) {
    CompletableFuture<T> result = new CompletableFuture<>();
    Thread.ofPlatform()
        .daemon()
        .start(
            () -> {
              try {
                result.complete(work.call());
              } catch (Exception e) {
                result.completeExceptionally(e);
              }
            });
    return result;
  }

  private Request request() throws Exception {
    assertThat(connection.awaitRequest(Limits.DEFAULT.keepAlive(), false)).isTrue();
    return connection.next();
  }

  /** Reads a body byte by byte, as long as it comes. */
  private CompletableFuture<Integer> readBody(BlockingQueue<Integer> read) {
    return served(
        () -> {
          request();
          InputStream body = connection.body();
          int count = 0;
          for (int next; (next = body.read()) >= 0; count++) {
            read.add(next);
          }
          return count;
        });
  }

  /** Lets time pass until something has failed, and returns how long that took. */
  private Duration timeUntilFailure(CompletableFuture<?> work) {
    long begun = clock.nanoTime();
    TestDaemon.await(
        "an end",
        () -> {
          clock.advance(SECOND);
          return work.isDone();
        });
    assertThat(work).isCompletedExceptionally();
    return Duration.ofNanos(clock.nanoTime() - begun);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aBodyOfWhichAByteComesNowAndThenIsReadWhole(boolean chunked) throws Exception {
    connect(Limits.DEFAULT);
    int bytes = 30;
    say(WRITE + (chunked ? "Transfer-Encoding: chunked" : "Content-Length: " + bytes) + "\r\n\r\n");
    BlockingQueue<Integer> read = new LinkedBlockingQueue<>();
    CompletableFuture<Integer> body = readBody(read);
    for (int i = 0; i < bytes; i++) {
      say(chunked ? "1\r\nx\r\n" : "x");
      assertThat(read.poll(60, TimeUnit.SECONDS)).isEqualTo((int) 'x');
      clock.advance(STALL.minus(SECOND));
    }
    say(chunked ? "0\r\n\r\n" : "");
    assertThat(body.get(60, TimeUnit.SECONDS)).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aBodyOfWhichNotOneByteComesIsGivenUp(boolean chunked) throws Exception {
    connect(Limits.DEFAULT);
    say(WRITE
        + (chunked ? "Transfer-Encoding: chunked\r\n\r\n9\r\nx" : "Content-Length: 9\r\n\r\nx"));
    BlockingQueue<Integer> read = new LinkedBlockingQueue<>();
    CompletableFuture<Integer> body = readBody(read);
    assertThat(read.poll(60, TimeUnit.SECONDS)).isEqualTo((int) 'x');
    assertThat(timeUntilFailure(body)).isGreaterThanOrEqualTo(STALL);
    assertThatThrownBy(body::join).hasCauseInstanceOf(SocketTimeoutException.class);
  }

  /** The JDK's own time limits go by the time of the system, which may have slept. */
  @Test
  void aHeadMayTakeItsTimeByTheClockOfTheDaemon() throws Exception {
    Duration shortly = Duration.ofMillis(50);
    connect(Limits.builder().headTimeout(shortly).build());
    say("GET / HTTP/1.1\r\n");
    CompletableFuture<Request> first = served(this::request);
    assertThatThrownBy(() -> first.get(shortly.toMillis() * 6, TimeUnit.MILLISECONDS))
        .as("the clock stands still")
        .isInstanceOf(TimeoutException.class);
    say("Host: localhost\r\n\r\nGET /next");
    assertThat(first.get(60, TimeUnit.SECONDS).target()).isEqualTo("/");
    CompletableFuture<Request> second = served(connection::next);
    assertThatThrownBy(() -> second.get(shortly.toMillis() * 6, TimeUnit.MILLISECONDS))
        .as("the clock stands still")
        .isInstanceOf(TimeoutException.class);
    assertThat(timeUntilFailure(second)).isGreaterThanOrEqualTo(shortly);
    assertThatThrownBy(second::join).hasCauseInstanceOf(SocketTimeoutException.class);
  }

  @Test
  void anIdleConnectionIsKeptByTheClockOfTheDaemon() throws Exception {
    Duration shortly = Duration.ofMillis(50);
    connect(Limits.DEFAULT);
    CompletableFuture<Boolean> waiting =
        served(() -> connection.awaitRequest(shortly, false));
    assertThatThrownBy(() -> waiting.get(shortly.toMillis() * 6, TimeUnit.MILLISECONDS))
        .isInstanceOf(TimeoutException.class);
    TestDaemon.await(
        "the end of the wait",
        () -> {
          clock.advance(shortly);
          return waiting.isDone();
        });
    assertThat(waiting.join()).isFalse();
  }

  private CompletableFuture<Integer> answer(byte[] content, AtomicInteger writes) {
    return served(
        () -> {
          ByteBuffer bytes = ByteBuffer.allocateDirect(content.length).put(content).flip();
          while (bytes.hasRemaining()) {
            connection.output().write(bytes);
            writes.incrementAndGet();
          }
          return bytes.position();
        });
  }

  @Test
  void aReaderThatTakesAByteNowAndThenGetsTheWholeAnswer() throws Exception {
    assumeTrue(KernelQueues.areKnown(), "Skipped: this system does not tell what readers take.");
    ConnectionClocks clocks = new ConnectionClocks(Limits.DEFAULT, clock, true);
    connect(clocks, Limits.DEFAULT);
    byte[] content = Peer.bytes(3, 32 * MIB);
    CompletableFuture<Integer> answer = answer(content, new AtomicInteger());
    byte[] got = new byte[content.length];
    InputStream in = client.getInputStream();
    int slow = 100;
    for (int i = 0; i < slow; i++) {
      assertThat(in.read(got, i, 1)).isEqualTo(1);
      clock.advance(SECOND);
      TestDaemon.await("the look at the queues", () -> !clocks.isSampling());
    }
    assertThat(in.readNBytes(got, slow, got.length - slow)).isEqualTo(got.length - slow);
    assertThat(answer.get(60, TimeUnit.SECONDS)).isEqualTo(content.length);
    assertThat(got).isEqualTo(content);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aReaderThatTakesNotOneByteIsCutOff(boolean samples) throws Exception {
    connect(new ConnectionClocks(Limits.DEFAULT, clock, samples), Limits.DEFAULT);
    CompletableFuture<Integer> answer = answer(new byte[64 * MIB], new AtomicInteger());
    assertThat(client.getInputStream().read()).isZero();
    assertThat(timeUntilFailure(answer)).isGreaterThanOrEqualTo(STALL);
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void whereTheSystemDoesNotTellASlowReaderGetsTheWholeAnswerToo() throws Exception {
    server.setOption(StandardSocketOptions.SO_RCVBUF, 4096);
    client.setReceiveBufferSize(4096);
    connect(new ConnectionClocks(Limits.DEFAULT, clock, false), Limits.DEFAULT);
    channel.setOption(StandardSocketOptions.SO_SNDBUF, 4096);
    byte[] content = Peer.bytes(4, MIB);
    AtomicInteger writes = new AtomicInteger();
    CompletableFuture<Integer> answer = answer(content, writes);
    byte[] got = new byte[content.length];
    InputStream in = client.getInputStream();
    int step = 64 << 10;
    for (int at = 0; at < got.length; at += step) {
      int before = writes.get();
      assertThat(in.readNBytes(got, at, step)).isEqualTo(step);
      TestDaemon.await("a write", () -> writes.get() > before || answer.isDone());
      clock.advance(STALL.minus(SECOND));
    }
    assertThat(answer.get(60, TimeUnit.SECONDS)).isEqualTo(content.length);
    assertThat(got).isEqualTo(content);
  }
}
