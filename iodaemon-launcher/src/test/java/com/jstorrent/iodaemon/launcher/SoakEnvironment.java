package com.jstorrent.iodaemon.launcher;

import com.jstorrent.iodaemon.client.IoClient;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/** What the loads of a soak test share: the daemon, an echoing peer, and counts of their work. */
final class SoakEnvironment implements AutoCloseable {
  private final HttpClient http = HttpClient.newHttpClient();
  private final ServerSocket echo = new ServerSocket(0, 1024, InetAddress.getLoopbackAddress());
  private final CountDownLatch over = new CountDownLatch(1);

  /** Bytes that were echoed and compared. */
  final LongAdder verified = new LongAdder();

  /** TCP and UDP sockets and servers that were opened. */
  final LongAdder opened = new LongAdder();

  /** WebSockets that were lost without a Close. */
  final LongAdder killed = new LongAdder();

  final int port;

  SoakEnvironment(int port) throws IOException {
    this.port = port;
    Thread.ofVirtual().start(this::acceptAll);
  }

  /** A client of its own, with all capabilities. */
  IoClient client() throws IOException {
    return IoClient.connect(URI.create("ws://127.0.0.1:" + port + "/io"), FileClient.TOKEN);
  }

  /** A client of frames, over another WebSocket. */
  WireClient wire() throws Exception {
    return new WireClient(http, port, FileClient.TOKEN, "");
  }

  int echoPort() {
    return echo.getLocalPort();
  }

  /** Waits, but not beyond the end of the soak test. */
  void pause(Duration time) throws InterruptedException {
    over.await(time.toNanos(), TimeUnit.NANOSECONDS);
  }

  boolean isOver() {
    return over.getCount() == 0;
  }

  void end() {
    over.countDown();
  }

  private void acceptAll() {
    try {
      while (true) {
        Socket socket = echo.accept();
        Thread.ofVirtual().start(() -> echo(socket));
      }
    } catch (IOException e) {
      // The soak test has ended.
    }
  }

  private static void echo(Socket socket) {
    try (socket;
        InputStream in = socket.getInputStream()) {
      in.transferTo(socket.getOutputStream());
    } catch (IOException e) {
      // The daemon has reset the connection.
    }
  }

  @Override
  public void close() throws IOException {
    end();
    echo.close();
    http.shutdownNow();
  }
}
