package com.jstorrent.iodaemon.net;

import com.jstorrent.iodaemon.net.connect.PeerSockets;
import java.nio.channels.SocketChannel;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The attempt to connect a socket, until the relay opens the connection. Closing the socket meanwhile
 * cancels the attempt, or closes the connection that it has made. Thread-safe.
 */
final class PendingConnection {
  private final BooleanSupplier wanted;
  private final AtomicReference<@Nullable SocketChannel> established = new AtomicReference<>();
  private volatile @Nullable Thread connector;

  /**
   * @param wanted whether the socket still waits for a connection
   */
  PendingConnection(BooleanSupplier wanted) {
    this.wanted = wanted;
  }

  /** Sets the thread that connects, which {@link #abandon} interrupts. */
  void connectedBy(Thread thread) {
    connector = thread;
    if (!wanted.getAsBoolean()) {
      thread.interrupt();
    }
  }

  /**
   * Keeps a connection until the relay comes to open it. Returns false when it has been abandoned
   * already; the channel is then still the caller's.
   */
  boolean hold(SocketChannel connection) {
    established.set(connection);
    return wanted.getAsBoolean() || established.getAndSet(null) == null;
  }

  /** The relay has opened the connection: nothing is pending any more. */
  void opened() {
    connector = null;
    established.set(null);
  }

  void abandon() {
    SocketChannel connection = established.getAndSet(null);
    if (connection != null) {
      PeerSockets.close(connection);
    }
    Thread thread = connector;
    if (thread != null && thread != Thread.currentThread()) {
      thread.interrupt();
    }
  }
}
