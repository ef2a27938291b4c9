package com.jstorrent.iodaemon.launcher.demo;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * The peer of the demo: a port that answers each piece number with the bytes of the piece, one that
 * does so slowly, and one that echoes.
 */
final class DataPeer implements AutoCloseable {
  private static final int SLOW_BYTES = 64 << 10;
  private static final Duration SLOW_PAUSE = Duration.ofMillis(60);

  private final ServerSocket data;
  private final ServerSocket slow;
  private final ServerSocket echo;

  private DataPeer() throws IOException {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    data = new ServerSocket(0, 0, loopback);
    slow = new ServerSocket(0, 0, loopback);
    echo = new ServerSocket(0, 0, loopback);
  }

  static DataPeer start() throws IOException {
    DataPeer peer = new DataPeer();
    accept(peer.data, DataPeer::serveData);
    accept(peer.slow, DataPeer::serveSlowly);
    accept(peer.echo, DataPeer::serveEcho);
    return peer;
  }

  int dataPort() {
    return data.getLocalPort();
  }

  /** Serves the same data with about 1 MiB/s to each socket. */
  int slowPort() {
    return slow.getLocalPort();
  }

  int echoPort() {
    return echo.getLocalPort();
  }

  private interface Service {
    void serve(Socket socket) throws IOException;
  }

  private static void accept(ServerSocket server, Service service) {
    Thread.ofVirtual()
        .start(
            () -> {
              while (!server.isClosed()) {
                try {
                  Socket socket = server.accept();
                  Thread.ofVirtual().start(() -> run(socket, service));
                } catch (IOException e) {
                  return; // closed
                }
              }
            });
  }

  private static void run(Socket socket, Service service) {
    try (socket) {
      socket.setTcpNoDelay(true);
      service.serve(socket);
    } catch (IOException e) {
      // The client has closed its socket, as it does when it is done.
    }
  }

  private static void serveData(Socket socket) throws IOException {
    DataInputStream requests = new DataInputStream(socket.getInputStream());
    OutputStream out = socket.getOutputStream();
    while (true) {
      out.write(PieceData.of(requests.readInt()));
    }
  }

  private static void serveSlowly(Socket socket) throws IOException {
    DataInputStream requests = new DataInputStream(socket.getInputStream());
    OutputStream out = socket.getOutputStream();
    while (true) {
      byte[] piece = PieceData.of(requests.readInt());
      for (int at = 0; at < piece.length; at += SLOW_BYTES) {
        out.write(piece, at, SLOW_BYTES);
        LockSupport.parkNanos(SLOW_PAUSE.toNanos());
      }
    }
  }

  private static void serveEcho(Socket socket) throws IOException {
    socket.getInputStream().transferTo(socket.getOutputStream());
  }

  @Override
  public void close() throws IOException {
    data.close();
    slow.close();
    echo.close();
  }
}
