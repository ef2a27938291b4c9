package com.jstorrent.iodaemon.launcher;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** HTTP connections with one or two requests, idle in between, that end in every way. */
final class SoakIdle implements SoakLoad {
  private static final int CONNECTIONS = 40;
  private static final int TIMEOUT_MILLIS = 60_000;
  private static final byte[] HEALTH =
      "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(US_ASCII);

  @Override
  public void round(SoakEnvironment environment, SplittableRandom random) throws Exception {
    List<Socket> connections = new ArrayList<>();
    try {
      for (int i = 0; i < CONNECTIONS; i++) {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), environment.port);
        connections.add(socket);
        socket.setSoTimeout(TIMEOUT_MILLIS);
        ask(socket);
      }
      environment.pause(Duration.ofMillis(random.nextInt(500, 5000)));
      for (Socket socket : connections) {
        switch (random.nextInt(3)) {
          case 0 -> ask(socket);
          case 1 -> socket.setSoLinger(true, 0); // a reset
          default -> socket.getOutputStream().write(HEALTH, 0, HEALTH.length / 2);
        }
      }
    } finally {
      for (Socket socket : connections) {
        socket.close();
      }
    }
  }

  private static void ask(Socket socket) throws IOException {
    socket.getOutputStream().write(HEALTH);
    StringBuilder answer = new StringBuilder();
    while (answer.indexOf("\r\n\r\nok") < 0) {
      int c = socket.getInputStream().read();
      assertThat(c).as(answer.toString()).isNotNegative();
      answer.append((char) c);
    }
    assertThat(answer).startsWith("HTTP/1.1 200 ");
  }
}
