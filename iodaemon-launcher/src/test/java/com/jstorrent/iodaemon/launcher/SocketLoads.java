package com.jstorrent.iodaemon.launcher;

import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.testkit.Peer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.Semaphore;

/** Loads over WebSockets. */
final class SocketLoads {
  private static final int MIB = 1 << 20;
  private static final int SMALL_BUFFER = 4 << 10;
  private static final int BACKLOG = 512;

  private SocketLoads() {}

  /** Messages of 16 MiB that stop one byte before their end. */
  static void partialFrames(LoadTarget target) {
    for (int i = 0; i < 43; i++) {
      target.start(
          () -> {
            LoadSocket.open(target).sendData(16 * MIB, 16 * MIB - 1);
            return "sent";
          });
    }
  }

  /** Whole frames of 8 MiB at once. */
  static void largeFrames(LoadTarget target) {
    for (int i = 0; i < 60; i++) {
      target.start(
          () -> {
            LoadSocket.open(target).sendData(8 * MIB, 8 * MIB);
            return "sent";
          });
    }
  }

  /** Clients with a peer each for which 16 MiB are queued. */
  static void peersThatTakeNothing(LoadTarget target) throws IOException {
    ServerSocket peers = target.keep(new ServerSocket());
    peers.setReceiveBufferSize(SMALL_BUFFER);
    peers.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), BACKLOG);
    for (int i = 0; i < 54; i++) {
      target.start(
          () -> {
            LoadSocket client = LoadSocket.connected(target, peers.getLocalPort());
            target.keep(peers.accept());
            for (int sent = 0; sent < 16; sent++) {
              client.sendData(MIB + LoadSocket.DATA_HEAD, MIB + LoadSocket.DATA_HEAD);
            }
            return "sent";
          });
    }
  }

  /** Clients that may resume, take everything and acknowledge nothing. */
  static void unacknowledgedFrames(LoadTarget target) throws IOException {
    ServerSocket peers =
        target.keep(new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress()));
    for (int i = 0; i < 120; i++) {
      target.start(
          () -> {
            LoadSocket client = LoadSocket.open(target);
            client.send(new ClientFrame.ClientHello(1, "{\"caps\":[\"resume\"]}"));
            client.next(); // SERVER_HELLO
            client.connect(peers.getLocalPort());
            Socket peer = target.keep(peers.accept());
            target.start(
                () -> {
                  client.drain();
                  return "ended";
                });
            return flood(peer, 5 * MIB);
          });
    }
  }

  private static String flood(Socket peer, int bytes) throws IOException {
    byte[] part = Peer.bytes(1, SMALL_BUFFER);
    for (int sent = 0; sent < bytes; sent += part.length) {
      peer.getOutputStream().write(part);
    }
    return "sent";
  }

  /** WebSockets that do nothing. */
  static void idleWebSockets(LoadTarget target) {
    Semaphore turns = new Semaphore(32);
    for (int i = 0; i < 2741; i++) {
      target.start(
          () -> {
            turns.acquire();
            try {
              LoadSocket.open(target);
              return "open";
            } finally {
              turns.release();
            }
          });
    }
  }
}
