package com.jstorrent.iodaemon.net;

import com.jstorrent.iodaemon.frame.Errno;
import com.jstorrent.iodaemon.net.relay.Relay;
import org.jspecify.annotations.Nullable;

/**
 * Whether a socket is encrypted, is going to be, or is not: at most one {@link TlsHandshake}. What is
 * asked of it while there is none has no effect.
 */
final class Encryption {
  private final TcpSocket socket;
  private volatile @Nullable TlsHandshake handshake; // set once, by the reader

  Encryption(TcpSocket socket) {
    this.socket = socket;
  }

  /**
   * TCP_SECURE. Called by the client's reader only; returns why it cannot be, or OK.
   *
   * @param host to be asked for and checked; empty for the one of TCP_CONNECT
   */
  Errno request(int requestId, String host, boolean skipChecks) {
    if (handshake != null) {
      return Errno.EALREADY;
    }
    String name = host.isEmpty() ? socket.host() : host;
    TlsHandshake wanted = new TlsHandshake(socket, requestId, name, skipChecks);
    handshake = wanted;
    if (socket.output().raiseBarrier()) {
      socket.queued().watch();
    }
    if (socket.state() == SocketState.CLOSED) { // it was too late for the socket's own report
      socket.net().relay().post(() -> failUnlessClosed(wanted));
    }
    return Errno.OK;
  }

  private void failUnlessClosed(TlsHandshake wanted) {
    if (socket.net().table().closing().contains(socket)) {
      wanted.abandon(); // only TCP_CLOSE is owed
    } else {
      wanted.fail(Errno.ECONNRESET);
    }
  }

  /** What came before TCP_SECURE is written. Called by the peer writer, again and again. */
  void atBarrier() {
    TlsHandshake wanted = handshake;
    switch (socket.state()) {
      case PEER_SHUT, PEER_ENDED -> socket.fail(Errno.ECONNRESET); // the peer takes no part in a handshake
      default -> {
        if (wanted != null) {
          wanted.begin();
        }
      }
    }
  }

  /**
   * Something has been read: a handshake under way may have come to its end. Relay only.
   *
   * @return false when the peer turned out to be another one: nothing of it may pass
   */
  boolean progressed() {
    TlsHandshake wanted = handshake;
    return wanted == null || wanted.progress();
  }

  /** Whether TCP_SECURE has been asked for and not been answered yet; any thread may ask. */
  boolean underWay() {
    TlsHandshake wanted = handshake;
    return wanted != null && !wanted.over();
  }

  /** The socket ends: a TCP_SECURE that is under way is answered. Relay only. */
  void fail(Errno errno) {
    TlsHandshake wanted = handshake;
    if (wanted != null) {
      wanted.fail(errno);
    }
  }

  /** The socket has ended, and a TCP_SECURE that is under way is not answered. Relay only. */
  void abandon() {
    TlsHandshake wanted = handshake;
    if (wanted != null) {
      wanted.abandon();
    }
  }

  /** The channel is closed. Any thread. */
  void release() {
    TlsHandshake wanted = handshake;
    if (wanted != null) {
      wanted.release();
    }
  }
}
