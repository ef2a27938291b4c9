package com.jstorrent.iodaemon.net;

import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.frame.Errno;
import com.jstorrent.iodaemon.net.SocketState.Event;
import com.jstorrent.iodaemon.stats.Counter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One TCP socket of a client: its state, and the way from the client to the peer. The way back is
 * {@link Relay}'s.
 *
 * <p>Whoever moves the state to CLOSED, and nobody else, closes the channel and tells the client:
 * so TCP_CLOSE is sent exactly once (PROTOCOL.md § 4.2).
 */
final class TcpSocket {
  private final int id;
  private final int requestId;
  private final NetContext net;
  private final AtomicReference<SocketState> state = new AtomicReference<>(SocketState.CONNECTING);
  private final ReentrantLock writeLock = new ReentrantLock();
  private final SendQueue queue; // guarded by writeLock
  private boolean writeBroken; // guarded by writeLock
  private @Nullable SocketChannel established; // guarded by writeLock; waits for the relay
  private volatile @Nullable SocketChannel channel; // set once, under writeLock
  private volatile @Nullable Thread connector;

  /**
   * A socket that is going to be connected.
   *
   * @param requestId of the TCP_CONNECT; unused for an accepted socket
   */
  TcpSocket(int id, int requestId, NetContext net) {
    this.id = id;
    this.requestId = requestId;
    this.net = net;
    this.queue = new SendQueue(net.shared().segments());
  }

  int id() {
    return id;
  }

  NetContext net() {
    return net;
  }

  SocketState state() {
    return state.get();
  }

  /** The connected channel. Only for states that come after CONNECTED. */
  SocketChannel channel() {
    SocketChannel connected = channel;
    if (connected == null) {
      throw new IllegalStateException("The socket is not connected.");
    }
    return connected;
  }

  /** Bytes that wait for the peer; any thread may ask. */
  long queuedBytes() {
    return queue.bytes();
  }

  /** The thread that connects this socket; a TCP_CLOSE meanwhile interrupts it. */
  void connectedBy(Thread thread) {
    connector = thread;
    if (state.get() == SocketState.CLOSED) {
      thread.interrupt();
    }
  }

  /**
   * Keeps a connection until the relay comes to open it: a TCP_CLOSE meanwhile closes it at once.
   * Returns false when that has happened already; the channel is then still the caller's.
   */
  boolean hold(SocketChannel connected) {
    writeLock.lock();
    try {
      if (state.get() != SocketState.CONNECTING) {
        return false;
      }
      established = connected;
      return true;
    } finally {
      writeLock.unlock();
    }
  }

  /**
   * The connection stands. Returns false when the client has closed the socket meanwhile; the
   * channel is then still the caller's. Called by the relay only.
   */
  boolean open(SocketChannel connected) {
    connector = null;
    writeLock.lock();
    try {
      established = null;
      channel = connected;
      if (move(Event.CONNECTED) == null) {
        channel = null;
        return false;
      }
      net.stats().increment(Counter.TCP_SOCKETS);
      if (!queue.isEmpty()) {
        net.shared().peerWriter().watch(this);
      }
      return true;
    } finally {
      writeLock.unlock();
    }
  }

  /** Tells the client, unless it has closed the socket, that it is connected. Relay only. */
  void reportConnected() throws IOException {
    net.relay().sendNow(new DaemonFrame.TcpConnected(requestId, id, Errno.OK.number()));
  }

  /**
   * Writes what the peer takes at once, unless older bytes wait. Called by the client's reader
   * only, like {@link #enqueue}; neither blocks.
   */
  void write(ByteBuffer data) {
    Errno failure = null;
    writeLock.lock();
    try {
      if (channel != null && queue.isEmpty() && !writeBroken) {
        net.stats().add(Counter.BYTES_SENT, channel().write(data));
      }
    } catch (IOException e) {
      failure = breakWriting(e);
    } finally {
      writeLock.unlock();
    }
    writeFailed(failure);
  }

  /** Queues what {@link #write} left; after a failure there is nobody to keep it for. */
  void enqueue(ByteBuffer data) {
    writeLock.lock();
    try {
      if (writeBroken || state.get() == SocketState.CLOSED) {
        return;
      }
      boolean wasEmpty = queue.isEmpty();
      net.budget().take(data.remaining());
      queue.add(data);
      if (wasEmpty && channel != null) {
        net.shared().peerWriter().watch(this);
      }
    } finally {
      writeLock.unlock();
    }
  }

  /**
   * Writes what is queued, as much as the peer takes now. Called by the peer writer only.
   *
   * @return whether nothing is left
   */
  boolean flush() {
    Errno failure = null;
    boolean empty;
    long before;
    long after;
    writeLock.lock();
    before = queue.bytes();
    try {
      queue.writeTo(channel());
    } catch (IOException e) {
      failure = breakWriting(e);
    } finally {
      after = queue.bytes();
      empty = queue.isEmpty();
      writeLock.unlock();
    }
    net.stats().add(Counter.BYTES_SENT, before - after);
    net.budget().release(before - after);
    writeFailed(failure);
    return empty || failure != null;
  }

  private Errno breakWriting(IOException failure) {
    writeBroken = true;
    return Errno.of(failure);
  }

  /**
   * What the peer sent before it went is still delivered: the relay reads to the end, then closes.
   * Called without the lock, since it posts.
   */
  private void writeFailed(@Nullable Errno errno) {
    if (errno == null) {
      return;
    }
    forgetQueue();
    if (state.get() == SocketState.CLIENT_ENDED) {
      close(Event.FAILURE, errno);
    } else {
      net.relay().post(() -> net.relay().readToEnd(this, errno));
    }
  }

  /** The peer sends no more. Called by the relay, after it has sent on all that came before. */
  void peerEnded() {
    if (move(Event.PEER_END) != null && queue.bytes() == 0) {
      drained();
    }
  }

  /**
   * Nothing is queued; that ends a socket whose peer has ended its side. Not one whose writing has
   * failed: then bytes are lost, and {@link #writeFailed} reports why. The lock makes sure that a
   * write which has met the failure has also said so.
   */
  void drained() {
    boolean broken;
    writeLock.lock();
    try {
      broken = writeBroken;
    } finally {
      writeLock.unlock();
    }
    if (!broken && state.get() == SocketState.PEER_ENDED) {
      close(Event.DRAINED, Errno.OK);
    }
  }

  /** Ends the socket because of a failure, at once. Any thread. */
  void fail(Errno errno) {
    close(Event.FAILURE, errno);
  }

  /** The peer has taken nothing for too long (PROTOCOL.md § 4.6). */
  void stalled() {
    net.stats().increment(Counter.SEND_STALLS);
    resetOnClose();
    fail(Errno.ENOBUFS);
  }

  /**
   * The client's TCP_CLOSE, or the end of its connection. The id is free when this returns, and
   * nothing more is reported; what is queued is still written for as long as {@code linger}.
   */
  void clientClose(Duration linger) {
    net.table().remove(this);
    SocketState left = move(Event.CLIENT_CLOSE);
    if (left == SocketState.CONNECTING) {
      abandonConnecting();
    } else if (left != null) {
      net.stats().decrement(Counter.TCP_SOCKETS);
      net.stats().increment(Counter.PENDING_TCP);
      net.relay().detach(this);
      net.shared().peerWriter().linger(this, linger);
    }
  }

  /** The linger after the client's close is over. Called by the peer writer only. */
  void lingered() {
    if (queue.bytes() > 0) {
      resetOnClose();
    }
    close(Event.DRAINED, Errno.OK);
  }

  private void close(Event event, Errno errno) {
    SocketState left = move(event);
    if (left == null || state.get() != SocketState.CLOSED) {
      return;
    }
    forgetQueue();
    net.gate().signal(); // the reader may be waiting on behalf of this very socket
    switch (left) {
      case CONNECTING -> {
        abandonConnecting();
        report(new DaemonFrame.TcpConnected(requestId, id, errno.number()));
      }
      case OPEN, PEER_ENDED -> {
        net.stats().decrement(Counter.TCP_SOCKETS);
        report(new DaemonFrame.TcpClosed(0, id, errno.number()));
      }
      case CLIENT_ENDED, CLOSED -> {
        net.stats().decrement(Counter.PENDING_TCP);
        closeChannel();
      }
    }
  }

  /** On the relay thread, so that it comes behind every byte that the relay has read. */
  private void report(DaemonFrame frame) {
    net.relay()
        .post(
            () -> {
              boolean awaited = net.table().remove(this); // not when the client closed it meanwhile
              closeChannel();
              if (awaited) {
                net.relay().sendNow(frame);
              }
            });
  }

  private void abandonConnecting() {
    forgetQueue();
    writeLock.lock();
    try {
      if (established != null) {
        established.close();
      }
    } catch (IOException e) {
      // The descriptor is gone all the same.
    } finally {
      writeLock.unlock();
    }
    Thread thread = connector;
    if (thread != null && thread != Thread.currentThread()) {
      thread.interrupt();
    }
  }

  private void resetOnClose() {
    SocketChannel connected = channel;
    if (connected != null) {
      PeerOptions.resetOnClose(connected);
    }
  }

  private void closeChannel() {
    SocketChannel connected = channel;
    if (connected == null) {
      return;
    }
    try {
      connected.close();
    } catch (IOException e) {
      // The descriptor is gone all the same.
    }
    // It is free only when every selector that knew the channel has forgotten it.
    net.relay().wakeUp();
    net.shared().peerWriter().wakeUp();
  }

  private void forgetQueue() {
    writeLock.lock();
    try {
      net.budget().release(queue.clear());
    } finally {
      writeLock.unlock();
    }
  }

  /** Returns the state that was left, or null when the event changed nothing. */
  private @Nullable SocketState move(Event event) {
    SocketState before;
    SocketState after;
    do {
      before = state.get();
      after = before.next(event);
      if (after == before) {
        return null;
      }
    } while (!state.compareAndSet(before, after));
    return before;
  }
}
