package com.jstorrent.iodaemon.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.frame.Errno;
import java.io.IOException;
import java.net.Socket;
import java.util.SplittableRandom;

/**
 * A client's connection to its peer, and what both have yet to receive. Each direction is a sequence of bytes that
 * depends on its seed and the position only.
 */
final class Conversation {
  /** So little that no write has to wait for a read. */
  private static final int MAX_UNREAD = 48 << 10;

  private final TcpConnection connection;
  private final Socket peer;
  private final Bytes up;
  private final Bytes down;
  private boolean clientShut;
  private boolean peerShut;

  Conversation(long seed, TcpConnection connection, Socket peer) {
    this.connection = connection;
    this.peer = peer;
    this.up = new Bytes(seed);
    this.down = new Bytes(~seed);
  }

  /** One direction. */
  private static final class Bytes {
    private final SplittableRandom sent;
    private final SplittableRandom received;
    private int unread;

    Bytes(long seed) {
      sent = new SplittableRandom(seed);
      received = new SplittableRandom(seed);
    }

    /** In units of eight bytes, so that both ends take the same from the generator. */
    byte[] next(int wanted) {
      byte[] bytes = new byte[Math.min(wanted, MAX_UNREAD - unread) / 8 * 8];
      sent.nextBytes(bytes);
      unread += bytes.length;
      return bytes;
    }

    int readable(int wanted) {
      return Math.min(wanted, unread) / 8 * 8;
    }

    void check(byte[] got, int wanted) {
      byte[] expected = new byte[wanted];
      received.nextBytes(expected);
      assertThat(got).isEqualTo(expected);
      unread -= wanted;
    }
  }

  void clientSends(int wanted) throws IOException {
    if (!clientShut) {
      connection.output().write(up.next(wanted));
    }
  }

  void peerSends(int wanted) throws IOException {
    if (!peerShut) {
      peer.getOutputStream().write(down.next(wanted));
    }
  }

  void clientReads(int wanted) throws IOException {
    int count = down.readable(wanted);
    down.check(connection.input().readNBytes(count), count);
  }

  void peerReads(int wanted) throws IOException {
    int count = up.readable(wanted);
    up.check(peer.getInputStream().readNBytes(count), count);
  }

  void clientShuts() throws IOException {
    connection.shutdownOutput();
    clientShut = true;
  }

  void peerShuts() throws IOException {
    if (!peerShut) {
      peer.shutdownOutput();
      peerShut = true;
    }
  }

  /** Both sides end in order; everything arrives, and closing says so. */
  void endInOrder() throws IOException {
    clientShuts();
    peerShuts();
    peerReads(MAX_UNREAD);
    assertThat(peer.getInputStream().read()).isEqualTo(-1);
    clientReads(MAX_UNREAD);
    assertThat(connection.input().read()).isEqualTo(-1);
    peer.close();
    connection.close();
  }

  /** The client closes; what it has sent arrives. */
  void clientCloses() throws IOException {
    connection.closeNow();
    peerReads(MAX_UNREAD);
    assertThat(peer.getInputStream().read()).isEqualTo(-1);
    peer.close();
  }

  /** The peer resets the connection when everything has arrived. */
  void peerResets() throws IOException {
    peerReads(MAX_UNREAD);
    clientReads(MAX_UNREAD);
    if (peerShut) { // a reset by a peer that had ended its side shows with the next write only
      endInOrder();
      return;
    }
    peer.setSoLinger(true, 0);
    peer.close();
    try {
      assertThat(connection.input().read()).isEqualTo(-1);
    } catch (IoErrnoException e) {
      assertThat(e.errno()).isEqualTo(Errno.ECONNRESET);
    }
    connection.closeNow();
  }
}
