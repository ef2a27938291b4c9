package com.jstorrent.iodaemon.testkit;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** A relay of bytes in front of a daemon's port, which loses connections when it is told to. */
public final class CuttableProxy implements AutoCloseable {
  private static final long NEVER = Long.MAX_VALUE / 2;

  private final ServerSocket server = new ServerSocket(0, 64, InetAddress.getLoopbackAddress());
  private final int daemonPort;
  private final List<Socket> open = new ArrayList<>(); // guarded by itself, as refusing
  private boolean refusing;
  private final AtomicLong left = new AtomicLong(NEVER);
  private final AtomicInteger connections = new AtomicInteger();

  public CuttableProxy(int daemonPort) throws IOException {
    this.daemonPort = daemonPort;
    Thread.ofVirtual().start(this::accept);
  }

  public URI address() {
    return URI.create("ws://127.0.0.1:" + server.getLocalPort() + "/io");
  }

  /** How many were made. */
  public int connections() {
    return connections.get();
  }

  private void accept() {
    try {
      while (true) {
        Socket client = server.accept();
        client.setTcpNoDelay(true);
        Thread.ofVirtual().start(() -> serve(client));
      }
    } catch (IOException e) {
      // The test is over.
    }
  }

  private void serve(Socket client) {
    try {
      String head = readHead(client.getInputStream());
      Socket daemon = new Socket(InetAddress.getLoopbackAddress(), daemonPort);
      daemon.setTcpNoDelay(true);
      synchronized (open) {
        open.add(client);
        open.add(daemon);
        if (refusing) {
          cut();
          return;
        }
      }
      connections.incrementAndGet();
      String mine = ":" + server.getLocalPort() + "\r\n";
      daemon.getOutputStream()
          .write(
              head.replace(mine, ":" + daemonPort + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
      Thread.ofVirtual().start(() -> relay(client, daemon));
      relay(daemon, client);
    } catch (IOException e) {
      cut();
    }
  }

  private static String readHead(InputStream in) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
      int next = in.read();
      if (next < 0) {
        throw new IOException("There is no request.");
      }
      head.write(next);
    }
    return head.toString(StandardCharsets.ISO_8859_1);
  }

  private void relay(Socket from, Socket to) {
    byte[] buffer = new byte[32 << 10];
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int count; (count = in.read(buffer)) >= 0;) {
        long before = left.getAndAdd(-count);
        out.write(buffer, 0, Math.clamp(before, 0, count));
        if (before < count) {
          cut();
          return;
        }
      }
      close(from, to); // an orderly end is passed on
    } catch (IOException e) {
      close(from, to);
    }
  }

  private static void close(Socket from, Socket to) {
    try {
      to.close();
      from.close();
    } catch (IOException e) {
      // It is closed all the same.
    }
  }

  /** Loses all connections after so many bytes more, in whatever direction, and in the middle of a frame. */
  public void cutAfter(int bytes) {
    left.set(bytes);
  }

  /** Loses all connections now. */
  public void cut() {
    synchronized (open) {
      left.set(NEVER);
      for (Socket socket : open) {
        try {
          socket.close();
        } catch (IOException e) {
          // It is closed all the same.
        }
      }
      open.clear();
    }
  }

  /** Ends what the daemon sends, and goes on passing to it what the client sends. */
  public void endTowardsClients() throws IOException {
    synchronized (open) {
      for (int i = 0; i < open.size(); i += 2) {
        open.get(i).shutdownOutput();
      }
    }
  }

  /** Loses all connections, and those that are made until this is called again. */
  public void refuse(boolean refuse) {
    synchronized (open) {
      refusing = refuse;
      if (refuse) {
        cut();
      }
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    cut();
  }
}
