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
    int full = 0;
    while (full < 3) { // one may time out because the machine is slow
      full = connects() ? 0 : full + 1;
    }
  }

  private boolean connects() throws IOException {
    Socket filler = new Socket();
    fillers.add(filler);
    try {
      filler.connect(new InetSocketAddress(server.getInetAddress(), port()), 200);
      return true;
    } catch (SocketTimeoutException e) {
      return false;
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
