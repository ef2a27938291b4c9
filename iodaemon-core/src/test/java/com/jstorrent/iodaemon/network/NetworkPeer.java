package com.jstorrent.iodaemon.network;

import com.jstorrent.iodaemon.testkit.Peer;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;

/**
 * A program that serves on a port, which it prints. A client sends a count and gets as many bytes;
 * after a count of 0 everything else is echoed.
 */
public final class NetworkPeer {
  private NetworkPeer() {}

  public static void main(String[] arguments) throws IOException {
    try (ServerSocket server = new ServerSocket(0)) {
      System.out.println(server.getLocalPort());
      System.out.flush();
      while (true) {
        Socket caller = server.accept();
        Thread.ofPlatform().daemon().start(() -> serve(caller));
      }
    }
  }

  private static void serve(Socket caller) {
    try (caller;
        DataInputStream in = new DataInputStream(caller.getInputStream())) {
      caller.setTcpNoDelay(true);
      int count = in.readInt();
      if (count == 0) {
        in.transferTo(caller.getOutputStream());
      } else {
        caller.getOutputStream().write(Peer.bytes(count, count));
        caller.shutdownOutput();
        in.readAllBytes();
      }
    } catch (IOException e) {
      // The connection has broken.
    }
  }
}
