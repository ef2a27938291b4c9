package com.jstorrent.iodaemon.testkit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;

/** A port whose backlog is full: SYNs to it are not answered. */
public final class SilentPort implements AutoCloseable {
  private final ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
  private final List<Socket> fillers = new ArrayList<>();

  public SilentPort() throws IOException {
    try {
      while (true) {
        Socket filler = new Socket();
        fillers.add(filler);
        filler.connect(new InetSocketAddress(server.getInetAddress(), port()), 200);
      }
    } catch (SocketTimeoutException e) {
      // The backlog is full now.
    }
  }

  public int port() {
    return server.getLocalPort();
  }

  @Override
  public void close() throws IOException {
    for (Socket filler : fillers) {
      filler.close();
    }
    server.close();
  }
}
