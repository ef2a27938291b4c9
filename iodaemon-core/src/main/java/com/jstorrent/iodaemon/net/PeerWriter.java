package com.jstorrent.iodaemon.net;

import com.jstorrent.iodaemon.frame.Errno;
import com.jstorrent.iodaemon.time.MonotonicClock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that brings queued bytes to peers that did not take them at once, and that ends
 * sockets in order: write the rest, send FIN, wait for the peer's FIN (PROTOCOL.md § 4.4). Closing
 * while the peer still sends would answer it with RST, and an RST takes with it what the peer has
 * not read yet. It never blocks, so one is enough for all connections.
 */
final class PeerWriter implements SelectorLoop.Handler, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PeerWriter.class);
  private static final int DISCARD_BYTES = 64 << 10;

  private final MonotonicClock clock;
  private final SelectorLoop loop = new SelectorLoop();
  private final ByteBuffer discarded = ByteBuffer.allocateDirect(DISCARD_BYTES);
  private final Map<TcpSocket, Long> lingering = new HashMap<>(); // deadlines; own thread only
  private long nextDeadline = Long.MAX_VALUE; // own thread only; may be too early, never too late
  private final Thread thread = new Thread(this::run, "iodaemon-peer-writer");

  private final Consumer<Throwable> onFailure;

  /**
   * @param onFailure hears of an end that nobody has asked for
   */
  PeerWriter(MonotonicClock clock, Consumer<Throwable> onFailure) throws IOException {
    this.clock = clock;
    this.onFailure = onFailure;
    thread.setDaemon(true);
    thread.start();
  }

  /** Something has been queued where nothing was, or waits to be told. Any thread. */
  void watch(TcpSocket socket) {
    loop.post(() -> guarded(socket, () -> setInterest(socket, SelectionKey.OP_WRITE)));
  }

  /**
   * Tries to write although the system says nothing: it does so late, when a third of what it holds has
   * gone. Any thread.
   */
  void flushAll(Collection<TcpSocket> sockets, Runnable whenDone) {
    loop.post(
        () -> {
          sockets.forEach(socket -> guarded(socket, () -> flush(socket)));
          whenDone.run();
        });
  }

  /** Ends a socket in order, or at the latest after {@code time}. Any thread. */
  void linger(TcpSocket socket, Duration time) {
    long deadline = clock.nanoTime() + time.toNanos();
    loop.post(
        () -> {
          lingering.put(socket, deadline);
          nextDeadline = Math.min(nextDeadline, deadline);
          guarded(socket, () -> flush(socket));
        });
  }

  /** The connection of these sockets has ended: they have {@code time} left at most. Any thread. */
  void hurry(NetContext net, Duration time) {
    long deadline = clock.nanoTime() + time.toNanos();
    loop.post(
        () -> {
          lingering.replaceAll(
              (socket, until) -> socket.net() == net ? Math.min(until, deadline) : until);
          nextDeadline = Math.min(nextDeadline, deadline);
        });
  }

  void wakeUp() {
    loop.wakeUp();
  }

  @Override
  public void close() {
    loop.end();
  }

  private void run() {
    try {
      loop.run(this);
    } catch (IOException | RuntimeException | Error e) {
      LOG.error("The thread that writes to peers has ended.", e);
      onFailure.accept(e);
    } finally {
      List.copyOf(lingering.keySet()).forEach(this::finish);
      loop.close();
    }
  }

  @Override
  public void ready(SelectionKey key) {
    TcpSocket socket = (TcpSocket) key.attachment();
    guarded(socket, () -> serve(key, socket));
  }

  private void guarded(TcpSocket socket, Runnable action) {
    try {
      action.run();
    } catch (CancelledKeyException e) {
      finish(socket); // a failure has closed it meanwhile
    } catch (RuntimeException e) {
      // One socket's defect must not end the thread that serves all.
      LOG.error("A socket ends because of a defect.", e);
      finish(socket);
      socket.fail(Errno.EPERM);
    } catch (OutOfMemoryError e) {
      // Direct memory, by its own limit: this socket's queue goes, and with it some of that memory.
      LOG.error("A socket ends because there is no memory for what is queued.");
      finish(socket);
      socket.fail(Errno.ENOBUFS);
    }
  }

  private void serve(SelectionKey key, TcpSocket socket) {
    if (key.isReadable()) {
      discard(socket);
    } else {
      flush(socket);
    }
  }

  private void flush(TcpSocket socket) {
    switch (socket.flush()) {
      case MORE -> setInterest(socket, SelectionKey.OP_WRITE);
      case AT_BARRIER -> {
        setInterest(socket, 0);
        socket.encryption().atBarrier();
      }
      case BROKEN -> {
        setInterest(socket, 0);
        finish(socket);
      }
      case DONE -> {
        boolean ending = lingering.containsKey(socket);
        setInterest(socket, ending ? SelectionKey.OP_READ : 0);
        socket.drained();
      }
    }
  }

  @Override
  public void roundOver() {
    long now = clock.nanoTime();
    if (now < nextDeadline) {
      return;
    }
    nextDeadline = Long.MAX_VALUE;
    for (Map.Entry<TcpSocket, Long> entry : List.copyOf(lingering.entrySet())) {
      if (entry.getValue() <= now) {
        finish(entry.getKey());
      } else {
        nextDeadline = Math.min(nextDeadline, entry.getValue());
      }
    }
  }

  @Override
  public long waitMillis() {
    return nextDeadline == Long.MAX_VALUE
        ? 0
        : Math.max(1, TimeUnit.NANOSECONDS.toMillis(nextDeadline - clock.nanoTime()) + 1);
  }

  private void setInterest(TcpSocket socket, int operations) {
    try {
      SocketChannel channel = socket.channel();
      SelectionKey key = channel.keyFor(loop.selector());
      if (key == null && operations == 0) {
        return;
      }
      if (key == null) {
        channel.register(loop.selector(), operations, socket);
      } else {
        key.interestOps(operations);
      }
    } catch (ClosedChannelException | CancelledKeyException e) {
      finish(socket); // a failure has closed it meanwhile
    } catch (ClosedSelectorException e) {
      finish(socket); // the daemon has ended
      socket.fail(Errno.ECONNABORTED);
    }
  }

  private void discard(TcpSocket socket) {
    try {
      if (socket.channel().read(discarded.clear()) < 0) {
        finish(socket);
      }
    } catch (IOException e) {
      finish(socket, true);
    }
  }

  private void finish(TcpSocket socket) {
    finish(socket, false);
  }

  private void finish(TcpSocket socket, boolean reset) {
    if (lingering.remove(socket) != null) {
      socket.lingered(reset);
    }
  }
}
