package com.jstorrent.iodaemon.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** A port of this machine on which a test accepts connections and acts as the peer. */
public final class Peer implements AutoCloseable {
  private static final int PATIENCE_MILLIS = 60_000;

  private final ServerSocket server;
  private final List<Socket> accepted = new ArrayList<>();

  private Peer(ServerSocket server) throws IOException {
    this.server = server;
    server.setSoTimeout(PATIENCE_MILLIS);
  }

  public static Peer open() throws IOException {
    return new Peer(new ServerSocket(0, 1024, InetAddress.getLoopbackAddress()));
  }

  /** A peer that echoes all data, on any number of connections. */
  public static Peer echoing() throws IOException {
    Peer peer = open();
    peer.server.setSoTimeout(0); // connections may come at any time
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                while (true) {
                  Socket socket = peer.accept();
                  socket.setSoTimeout(0);
                  Thread.ofVirtual().start(() -> echo(socket));
                }
              } catch (IOException e) {
                // The test is over.
              }
            });
    return peer;
  }

  private static void echo(Socket socket) {
    try (socket;
        InputStream in = socket.getInputStream()) {
      in.transferTo(socket.getOutputStream());
    } catch (IOException e) {
      // The daemon has ended the connection.
    }
  }

  public int port() {
    return server.getLocalPort();
  }

  /** Waits for a connection, which is closed together with this peer. */
  public Socket accept() throws IOException {
    try {
      Socket socket = server.accept();
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(PATIENCE_MILLIS);
      synchronized (accepted) {
        accepted.add(socket);
      }
      return socket;
    } catch (SocketTimeoutException e) {
      throw new AssertionError("No connection was made.", e);
    }
  }

  /** Random bytes, the same for the same seed. */
  public static byte[] bytes(long seed, int count) {
    byte[] bytes = new byte[count];
    new SplittableRandom(seed).nextBytes(bytes);
    return bytes;
  }

  /** Writes in the background, so that a blocked write does not block the test. */
  public static Thread write(Socket socket, byte[] bytes) {
    return Thread.ofVirtual()
        .start(
            () -> {
              try {
                OutputStream out = socket.getOutputStream();
                out.write(bytes);
                out.flush();
              } catch (IOException e) {
                // The test has ended the connection.
              }
            });
  }

  /** Sends without end, in the background; the flood ends with the socket. */
  public static void flood(Socket socket) {
    Thread.ofPlatform()
        .daemon()
        .start(
            () -> {
              try {
                OutputStream out = socket.getOutputStream();
                while (true) {
                  out.write(new byte[128 << 10]);
                }
              } catch (IOException e) {
                // The test, or the daemon, has ended the connection.
              }
            });
  }

  @Override
  public void close() throws IOException {
    server.close();
    synchronized (accepted) {
      for (Socket socket : accepted) {
        socket.close();
      }
    }
  }
}
