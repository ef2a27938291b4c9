package com.jstorrent.iodaemon.net;

import com.jstorrent.iodaemon.frame.Errno;
import com.jstorrent.iodaemon.stats.Counter;
import java.io.IOException;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;

/**
 * Connects the sockets of one client, each on a virtual thread of its own and so many at once
 * (PROTOCOL.md § 4.9). The time-out of an attempt begins with its turn. A TCP_CLOSE interrupts the
 * thread, wherever it waits.
 */
final class Connector {
  private final NetContext net;
  private final Semaphore turns;

  Connector(NetContext net) {
    this.net = net;
    this.turns = new Semaphore(net.limits().concurrentConnects(), true);
  }

  /** Begins; the outcome is reported through the socket. Does not block. */
  void connect(TcpSocket socket, String host, int port) {
    net.stats().increment(Counter.PENDING_CONNECTS);
    Thread thread =
        Thread.ofVirtual()
            .name("iodaemon-connect")
            .unstarted(() -> attempt(socket, host, port));
    socket.connectedBy(thread);
    thread.start();
  }

  private void attempt(TcpSocket socket, String host, int port) {
    try {
      turns.acquire();
      try {
        hand(socket, establish(host, port));
      } finally {
        turns.release();
      }
    } catch (InterruptedException e) {
      socket.fail(Errno.ECONNABORTED); // says nothing when the client itself has cancelled
    } catch (IOException | RuntimeException e) {
      socket.fail(Errno.of(e));
    } finally {
      net.stats().decrement(Counter.PENDING_CONNECTS);
    }
  }

  private SocketChannel establish(String host, int port) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + net.limits().connectTimeout().toNanos();
    List<InetAddress> addresses =
        net.shared().resolver().resolve(host, net.limits().connectTimeout());
    Duration left = Duration.ofNanos(deadline - System.nanoTime());
    if (!left.isPositive()) {
      throw new SocketTimeoutException("Connecting timed out.");
    }
    SocketChannel channel = new ConnectRace(addresses, port, left).run();
    channel.configureBlocking(false);
    return channel;
  }

  private void hand(TcpSocket socket, SocketChannel channel) throws IOException {
    if (!socket.hold(channel)) {
      channel.close();
      return;
    }
    net.relay()
        .post(
            () -> {
              if (socket.open(channel)) {
                socket.reportConnected();
                net.relay().attach(socket);
              } else {
                channel.close();
              }
            });
  }
}
