package com.jstorrent.iodaemon.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.IoDaemon;
import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.http.HttpTransport;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.time.AwakeClock;
import com.jstorrent.iodaemon.ws.WebSocketUpgrade;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A machine that sleeps: the system's time jumps by minutes and hours, and no client loses its
 * connection because of it.
 */
@Timeout(600)
class SleepTest {
  private static final int CLIENTS = 6;
  private static final List<Duration> NIGHTS =
      List.of(Duration.ofMinutes(4), Duration.ofMinutes(10), Duration.ofHours(8));

  @TempDir
  Path folder;

  private final AtomicLong slept = new AtomicLong();
  private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
  private final AwakeClock clock =
      new AwakeClock(failures::add, () -> System.nanoTime() + slept.get());
  private final HttpClient http = HttpClient.newHttpClient();
  private IoDaemon daemon;

  @BeforeEach
  void start() throws IOException {
    daemon =
        IoDaemon.builder()
            .token("t")
            .root("k", folder)
            .clock(clock)
            .limits(Limits.builder().pingInterval(Duration.ofSeconds(5)).build())
            .transport(HttpTransport.onPort(0).upgrade(WebSocketUpgrade.io()))
            .build()
            .start();
  }

  @AfterEach
  void stop() {
    http.shutdownNow();
    daemon.close();
    assertThat(failures).isEmpty();
  }

  /** Sleeps, and is then awake for a moment in which every deadline is checked. */
  private void sleep(Duration time) throws InterruptedException {
    slept.addAndGet(time.toNanos());
    CountDownLatch awake = new CountDownLatch(1);
    clock.schedule(Duration.ofMillis(2500), awake::countDown);
    awake.await();
  }

  /** Counts pings, which the JDK's client answers automatically. */
  private static final class PingCounter implements WebSocket.Listener {
    private final BlockingQueue<Boolean> pings = new LinkedBlockingQueue<>();
    private final List<String> ends = new ArrayList<>();

    @Override
    public CompletionStage<?> onPing(WebSocket socket, ByteBuffer message) {
      pings.add(true);
      socket.request(1);
      return null;
    }

    @Override
    public synchronized CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
      ends.add("closed with " + code);
      return null;
    }

    @Override
    public synchronized void onError(WebSocket socket, Throwable error) {
      ends.add(error.toString());
    }

    private synchronized List<String> ends() {
      return List.copyOf(ends);
    }
  }

  private PingCounter webSocket() {
    PingCounter counter = new PingCounter();
    http.newWebSocketBuilder()
        .header("X-JST-Auth", "t")
        .buildAsync(URI.create("ws://127.0.0.1:" + daemon.port() + "/io"), counter)
        .orTimeout(60, TimeUnit.SECONDS)
        .join();
    return counter;
  }

  @Test
  void clientsThatAnswerEveryPingStayConnected() throws Exception {
    List<PingCounter> clients = new ArrayList<>();
    for (int i = 0; i < CLIENTS; i++) {
      clients.add(webSocket());
    }
    for (Duration night : NIGHTS) {
      sleep(night);
      for (PingCounter client : clients) {
        client.pings.clear();
        assertThat(client.pings.poll(60, TimeUnit.SECONDS)).isTrue();
      }
    }
    assertThat(clients).allSatisfy(client -> assertThat(client.ends()).isEmpty());
    assertThat(daemon.stats().get(Counter.WS_CONNECTIONS)).isEqualTo(CLIENTS);
  }

  @Test
  void anUploadInProgressContinues() throws Exception {
    String path = Base64.getEncoder().encodeToString("f".getBytes(StandardCharsets.UTF_8));
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), daemon.port())) {
      socket.setSoTimeout(60_000);
      socket.getOutputStream()
          .write(
              ("POST /write/k HTTP/1.1\r\nHost: localhost\r\nX-JST-Auth: t\r\nX-Path-Base64: "
                  + path
                  + "\r\nContent-Length: 4\r\n\r\n1").getBytes(StandardCharsets.US_ASCII));
      for (Duration night : NIGHTS) {
        sleep(night);
        socket.getOutputStream().write('2');
      }
      BufferedReader answer =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
      assertThat(answer.readLine()).startsWith("HTTP/1.1 200 ");
    }
    assertThat(Files.readString(folder.resolve("f"))).isEqualTo("1222");
  }
}
