package com.jstorrent.iodaemon.net;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.frame.Errno;
import com.jstorrent.iodaemon.memory.MemoryUse;
import com.jstorrent.iodaemon.net.stream.TlsClient;
import com.jstorrent.iodaemon.net.stream.TlsStream;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.time.MonotonicClock;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * One TCP_SECURE, from the request to its answer (PROTOCOL.md § 4.3). Used by the relay's thread,
 * unless a method says otherwise.
 */
final class TlsHandshake {
  /**
   * If the deadline is checked this late, the process was held up; then the handshake gets this much
   * more time, for what has arrived meanwhile.
   */
  private static final Duration LATE = Duration.ofSeconds(1);

  private final TcpSocket socket;
  private final int requestId;
  private final String host;
  private final boolean skipChecks;
  private final AtomicBoolean begun = new AtomicBoolean();
  private volatile boolean over;
  private final AtomicBoolean counted = new AtomicBoolean();
  private volatile MonotonicClock.@Nullable Scheduled deadline;
  private long begunAt; // nanoseconds of the clock; this and the fields below belong to the relay's thread
  private long waitedBefore; // how long the relay had waited for its client by then, in nanoseconds
  private long due;
  private boolean lateOnce;
  private @Nullable TlsStream stream;
  private @Nullable TlsClient client;

  TlsHandshake(TcpSocket socket, int requestId, String host, boolean skipChecks) {
    this.socket = socket;
    this.requestId = requestId;
    this.host = host;
    this.skipChecks = skipChecks;
  }

  /** Whether it has been answered; any thread may ask. */
  boolean over() {
    return over;
  }

  /**
   * Begins the handshake, because everything before it has been written. Called by the peer writer,
   * perhaps repeatedly. Loading the trust store takes long, so it runs on a thread of its own.
   */
  void begin() {
    if (!begun.compareAndSet(false, true)) {
      return;
    }
    NetContext net = socket.net();
    Thread.ofVirtual()
        .name("iodaemon-tls")
        .start(
            () -> {
              try {
                TlsClient client = net.shared().tls().client(host, skipChecks);
                client.engine().beginHandshake();
                net.relay()
                    .post(() -> socket.firstEvent().whenAllowed(() -> start(client)));
              } catch (IOException | RuntimeException e) {
                socket.fail(Errno.of(e));
              } catch (Error e) { // TLS cannot be loaded, for instance: the request is answered all the same
                socket.fail(Errno.EPROTO);
                throw e;
              }
            });
  }

  private void start(TlsClient client) {
    NetContext net = socket.net();
    if (!alive() || !socket.input().discard()) {
      socket.fail(Errno.ECONNRESET); // the peer takes no part in a handshake
      return;
    }
    if (!net.memory().tryTake(MemoryUse.CONNECTIONS, Limits.TLS_BYTES)) {
      socket.fail(Errno.ENOBUFS);
      return;
    }
    TlsStream tls =
        new TlsStream(
            socket.channel(),
            client.engine(),
            net.shared().segments(),
            net.relay().inbound()::scratch);
    stream = tls;
    this.client = client;
    begunAt = net.shared().clock().nanoTime();
    waitedBefore = net.relay().waitedNanos();
    endIn(net.limits().secureTimeout());
    counted.set(true);
    net.stats().increment(Counter.TLS_SOCKETS);
    socket.encryptBy(tls);
    if (socket.state() == SocketState.CLOSED) {
      release();
    }
    socket.input().readOn();
  }

  /** Called when the socket has been closed. Any thread, perhaps more than once. */
  void release() {
    if (counted.compareAndSet(true, false)) {
      socket.net().stats().decrement(Counter.TLS_SOCKETS);
      socket.net().memory().release(MemoryUse.CONNECTIONS, Limits.TLS_BYTES);
    }
  }

  private void endIn(Duration time) {
    NetContext net = socket.net();
    due = net.shared().clock().nanoTime() + time.toNanos();
    deadline = net.shared().clock().schedule(time, () -> net.relay().post(this::late));
  }

  /**
   * The time in which the relay waited for the client, or had no connection, does not count, because it
   * read no peer. When the process itself was stopped, what has arrived meanwhile is read first.
   */
  private void late() {
    NetContext net = socket.net();
    if (over || socket.state() == SocketState.CLOSED) {
      return;
    }
    long now = net.shared().clock().nanoTime();
    long waited = net.relay().waitedNanos() - waitedBefore;
    Duration left = net.limits().secureTimeout().minusNanos(now - begunAt - waited);
    if (left.isPositive()) {
      endIn(left);
    } else if (now - due > LATE.toNanos() && !lateOnce) {
      lateOnce = true;
      endIn(LATE);
    } else {
      socket.fail(Errno.ETIMEDOUT);
    }
  }

  private boolean alive() {
    return switch (socket.state()) {
      case OPEN, CLIENT_SHUT, CLIENT_ENDED -> true;
      case CONNECTING, PEER_SHUT, PEER_ENDED, CLOSED -> false;
    };
  }

  /**
   * Tells the client, once, when the handshake is done; called after every read.
   *
   * @return false when the peer's certificate is for another name; the socket has ended then
   */
  boolean progress() {
    TlsStream tls = stream;
    if (over || tls == null || !tls.handshaken()) {
      return true;
    }
    if (!verified()) {
      return false;
    }
    finish(Errno.OK);
    tls.markVerified();
    socket.output().encrypted();
    socket.queued().watch();
    if (socket.state() == SocketState.CLIENT_ENDED) {
      socket.input().stop(socket.channel()); // the peer writer goes on alone
    }
    return true;
  }

  private boolean verified() {
    try {
      if (client != null) {
        client.verify();
      }
      return true;
    } catch (SSLException e) {
      socket.fail(Errno.of(e));
      return false;
    }
  }

  /** The socket ends before the handshake is done; its TCP_CLOSE follows. */
  void fail(Errno errno) {
    finish(errno == Errno.OK ? Errno.ECONNRESET : errno);
  }

  /** The socket has ended, and no answer is due any more. */
  void abandon() {
    over = true;
    MonotonicClock.Scheduled timeout = deadline;
    if (timeout != null) {
      timeout.cancel();
    }
  }

  private void finish(Errno errno) {
    if (over) {
      return;
    }
    abandon();
    if (socket.state() != SocketState.CLIENT_ENDED) {
      socket
          .net()
          .relay()
          .sendNow(new DaemonFrame.TcpSecured(requestId, socket.id(), errno.number()));
    }
  }
}
