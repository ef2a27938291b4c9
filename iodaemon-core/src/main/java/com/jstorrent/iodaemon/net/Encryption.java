package com.jstorrent.iodaemon.net;

import com.jstorrent.iodaemon.frame.Errno;
import com.jstorrent.iodaemon.net.relay.Relay;
import org.jspecify.annotations.Nullable;

/**
 * Whether a socket is encrypted, is going to be, or is not. Holds at most one {@link TlsHandshake};
 * while there is none, calls have no effect.
 */
final class Encryption {
  private final TcpSocket socket;
  private volatile @Nullable TlsHandshake handshake; // set once, by the reader

  Encryption(TcpSocket socket) {
    this.socket = socket;
  }

  /**
   * Handles TCP_SECURE; returns OK, or why it is refused. Called by the client's reader only.
   *
   * @param host the name to ask the server for and to check; empty for the host of TCP_CONNECT
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
    if (socket.state() == SocketState.CLOSED) { // the report of the socket's end may have missed this request
      socket.net().relay().post(() -> failUnlessClosed(wanted));
    }
    return Errno.OK;
  }

  private void failUnlessClosed(TlsHandshake wanted) {
    if (socket.net().table().closing().contains(socket)) {
      wanted.abandon(); // only TCP_CLOSE is still due
    } else {
      wanted.fail(Errno.ECONNRESET);
    }
  }

  /** Called, perhaps repeatedly, by the peer writer when what came before TCP_SECURE has been written. */
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
   * Called after each read, which may have completed a handshake in progress. Relay only.
   *
   * @return false when the peer's certificate turned out to be for another host: none of its data may
   *     pass
   */
  boolean progressed() {
    TlsHandshake wanted = handshake;
    return wanted == null || wanted.progress();
  }

  /** Whether TCP_SECURE was requested and has not been answered yet; any thread may ask. */
  boolean underWay() {
    TlsHandshake wanted = handshake;
    return wanted != null && !wanted.over();
  }

  /** Answers a TCP_SECURE in progress, because the socket ends. Relay only. */
  void fail(Errno errno) {
    TlsHandshake wanted = handshake;
    if (wanted != null) {
      wanted.fail(errno);
    }
  }

  /** Gives up a TCP_SECURE in progress without an answer, because the socket has ended. Relay only. */
  void abandon() {
    TlsHandshake wanted = handshake;
    if (wanted != null) {
      wanted.abandon();
    }
  }

  /** Called when the channel has been closed. Any thread. */
  void release() {
    TlsHandshake wanted = handshake;
    if (wanted != null) {
      wanted.release();
    }
  }
}
