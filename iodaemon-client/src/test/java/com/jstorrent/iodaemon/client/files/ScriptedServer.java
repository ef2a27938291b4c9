package com.jstorrent.iodaemon.client.files;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A server that gives its answers in order, one for each request on any connection, and does what no daemon does:
 * stays silent, stops in the middle, goes away.
 */
final class ScriptedServer implements AutoCloseable {
  private static final Pattern LENGTH =
      Pattern.compile("content-length: (\\d+)", Pattern.CASE_INSENSITIVE);

  private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  private final Queue<Socket> connections = new ConcurrentLinkedQueue<>();
  private final BlockingQueue<Act> script;
  private final BlockingQueue<String> requests = new LinkedBlockingQueue<>();
  private final CountDownLatch clientGone = new CountDownLatch(1);
  private final Semaphore closeNow = new Semaphore(0);

  /** What the server does when a request has come. */
  enum End {
    /** Serves the next request of this connection. */
    GO_ON,
    /** Sends nothing more, and waits until the client has gone. */
    SILENCE,
    /** Closes the connection. */
    CLOSE,
    /** Closes the connection when the test says so. */
    CLOSE_LATER
  }

  /** An answer, perhaps a part of one, and what comes after. */
  record Act(String answer, End end) {}

  ScriptedServer(Act... acts) throws IOException {
    script = new LinkedBlockingQueue<>(List.of(acts));
    Thread.ofVirtual().start(this::accept);
  }

  static Act answer(String status, String body, String... headers) {
    String head = "HTTP/1.1 " + status + "\r\nContent-Length: " + body.length() + "\r\n";
    for (String header : headers) {
      head += header + "\r\n";
    }
    return new Act(head + "\r\n" + body, End.GO_ON);
  }

  /** The head of an answer of 100 bytes and some of them; then nothing more. */
  static Act partThenSilence(String part) {
    return new Act("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n" + part, End.SILENCE);
  }

  static Act silence() {
    return new Act("", End.SILENCE);
  }

  static Act hangUp() {
    return new Act("", End.CLOSE);
  }

  /** The same, and the end of the connection after {@link #closeNow}. */
  static Act partThenClose(String part) {
    return new Act("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n" + part, End.CLOSE_LATER);
  }

  static Act busy(int seconds) {
    return answer(
        "503 Service Unavailable",
        "{\"error\":\"EBUSY\",\"message\":\"Try again.\"}",
        "Retry-After: " + seconds);
  }

  URI address() {
    return URI.create("http://127.0.0.1:" + server.getLocalPort());
  }

  FilesClient.Builder client() {
    return FilesClient.builder(address(), ServedFolder.TOKEN);
  }

  /** The next request: head and body. Waits for it. */
  String request() throws InterruptedException {
    return requests.take();
  }

  /** How many requests have come that the test has not taken. */
  int unseenRequests() {
    return requests.size();
  }

  /** Returns when a connection has ended. */
  void awaitClientGone() throws InterruptedException {
    clientGone.await();
  }

  /** Ends the connection that waits for it. */
  void closeNow() {
    closeNow.release();
  }

  private void accept() {
    try {
      while (true) {
        Socket connection = server.accept();
        connections.add(connection);
        Thread.ofVirtual().start(() -> serve(connection));
      }
    } catch (IOException e) {
      // The test is over.
    }
  }

  private void serve(Socket connection) {
    try (connection) {
      InputStream in = new BufferedInputStream(connection.getInputStream());
      while (receive(in)) {
        Act act = script.take();
        connection.getOutputStream().write(act.answer().getBytes(StandardCharsets.UTF_8));
        switch (act.end()) {
          case GO_ON -> {
          }
          case CLOSE -> {
            return;
          }
          case CLOSE_LATER -> {
            closeNow.acquire();
            return;
          }
          case SILENCE -> {
            awaitEnd(in);
            return;
          }
        }
      }
    } catch (IOException | InterruptedException e) {
      // The client has gone, or the test is over.
    } finally {
      clientGone.countDown();
    }
  }

  private void awaitEnd(InputStream in) {
    try {
      while (in.read() >= 0) {
        // Whatever comes is not answered.
      }
    } catch (IOException e) {
      // A reset is an end, too.
    }
  }

  /** False at the end of the connection. */
  private boolean receive(InputStream in) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    while (!head.toString(StandardCharsets.UTF_8).endsWith("\r\n\r\n")) {
      int next = in.read();
      if (next < 0) {
        return false;
      }
      head.write(next);
    }
    String request = head.toString(StandardCharsets.UTF_8);
    Matcher length = LENGTH.matcher(request.toLowerCase(Locale.ROOT));
    int bytes = length.find() ? Integer.parseInt(length.group(1)) : 0;
    byte[] body = in.readNBytes(bytes);
    if (body.length < bytes) {
      return false;
    }
    requests.add(request + new String(body, StandardCharsets.UTF_8));
    return true;
  }

  @Override
  public void close() throws IOException {
    server.close();
    for (Socket connection : connections) {
      connection.close();
    }
  }
}
