package com.jstorrent.iodaemon.net;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.frame.Errno;
import com.jstorrent.iodaemon.net.connect.ConnectRace;
import com.jstorrent.iodaemon.net.connect.ConnectTurns;
import com.jstorrent.iodaemon.net.connect.PeerSockets;
import com.jstorrent.iodaemon.net.connect.Resolver;
import com.jstorrent.iodaemon.stats.Counter;
import java.io.IOException;
import java.net.InetAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Connects the sockets of one client, each on a virtual thread of its own, and a limited number of them
 * at once (PROTOCOL.md § 4.9). The time that an attempt waits for its turn does not count towards its
 * timeout. A TCP_CLOSE interrupts the thread, wherever it waits.
 */
final class Connector {
  private final NetContext net;
  private final ConnectTurns turns;
  private final Semaphore lookups = new Semaphore(Limits.LOOKUPS, true);
  private final AtomicInteger pending = new AtomicInteger();

  Connector(NetContext net) {
    this.net = net;
    this.turns = new ConnectTurns(net.limits().concurrentConnects(), net.shared().clock());
  }

  /** Whether one more attempt may begin or wait. */
  boolean hasRoom() {
    return pending.get() < net.limits().pendingConnects();
  }

  /** Starts an attempt; the outcome is reported through the socket. Does not block. */
  void connect(TcpSocket socket, String host, int port) {
    pending.incrementAndGet();
    net.stats().increment(Counter.PENDING_CONNECTS);
    Thread thread =
        Thread.ofVirtual()
            .name("iodaemon-connect")
            .unstarted(() -> attempt(socket, host, port));
    socket.pending().connectedBy(thread);
    thread.start();
  }

  private void attempt(TcpSocket socket, String host, int port) {
    try {
      net.relay().open();
      hand(socket, establish(host, port));
    } catch (InterruptedException e) {
      socket.fail(Errno.ECONNABORTED); // reports nothing when the client itself has cancelled
    } catch (IOException | RuntimeException e) {
      socket.fail(Errno.of(e));
    } finally {
      pending.decrementAndGet();
      net.stats().decrement(Counter.PENDING_CONNECTS);
    }
  }

  private SocketChannel establish(String host, int port) throws IOException, InterruptedException {
    Resolver.Answer answer = lookUp(host, net.limits().connectTimeout());
    List<InetAddress> allowed =
        answer.addresses()
            .stream()
            .filter(address -> net.shared().egress().allowsTcp(address, port))
            .toList();
    if (allowed.isEmpty()) {
      throw new SocketException("Permission denied by the egress rule.");
    }
    Duration left = net.limits().connectTimeout().minus(answer.took());
    ConnectTurns.Turn turn = turns.attempt(host + ' ' + port);
    while (left.isPositive()) {
      ConnectRace race =
          new ConnectRace(allowed, port, net.shared().sockets(), net.shared().clock());
      turn.take(race::giveUp);
      long begun = net.shared().clock().nanoTime();
      try {
        SocketChannel channel = race.run(left);
        if (channel != null) {
          channel.configureBlocking(false);
          return channel;
        }
      } finally {
        turn.give();
      }
      left = left.minusNanos(net.shared().clock().nanoTime() - begun);
    }
    throw new SocketTimeoutException("Connecting timed out.");
  }

  private Resolver.Answer lookUp(String host, Duration timeout)
      throws IOException, InterruptedException {
    InetAddress literal = net.shared().resolver().literal(host);
    if (literal != null) {
      return new Resolver.Answer(List.of(literal), Duration.ZERO);
    }
    lookups.acquire();
    try {
      return net.shared().resolver().resolve(host, timeout);
    } finally {
      lookups.release();
    }
  }

  private void hand(TcpSocket socket, SocketChannel channel) {
    if (!socket.pending().hold(channel)) {
      PeerSockets.close(channel);
      return;
    }
    net.relay()
        .post(
            () -> {
              if (socket.open(channel)) {
                socket.announceConnected();
              } else {
                PeerSockets.close(channel);
              }
            });
  }
}
