package com.jstorrent.iodaemon.net;

import com.jstorrent.iodaemon.frame.Errno;
import com.jstorrent.iodaemon.net.relay.PeerWriter;
import com.jstorrent.iodaemon.net.relay.Selectable;
import java.io.IOException;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Collection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The output of one socket on the thread of the {@link PeerWriter}. Writes what is queued as the peer
 * takes it, and shuts the socket down gracefully: writes the rest, sends FIN and waits for the peer's
 * FIN (PROTOCOL.md § 4.4). If the socket were closed while the peer still sends, the peer would get
 * RST, which destroys what it has not read yet.
 */
final class QueuedOutput implements Selectable, PeerWriter.Lingering {
  private static final Logger LOG = LoggerFactory.getLogger(QueuedOutput.class);

  /** The socket whose output this is. */
  interface Owner {
    /** Only called when there is a connection. */
    SocketChannel channel();

    /** Writes as much of what is queued as the peer takes now. */
    PeerOutput.Flushed flush();

    /** What came before TCP_SECURE has been written; the rest waits for the handshake. */
    void atBarrier();

    /** Nothing is queued any more. */
    void drained();

    /**
     * The linger after the client's close is over.
     *
     * @param reset whether the peer has ended it by a reset
     */
    void lingered(boolean reset);

    /** The socket ends at once. */
    void fail(Errno errno);
  }

  private final Owner owner;
  private final PeerWriter writer;
  private final Object client;

  /**
   * @param client whose socket it is
   */
  QueuedOutput(Owner owner, PeerWriter writer, Object client) {
    this.owner = owner;
    this.writer = writer;
    this.client = client;
  }

  @Override
  public Object client() {
    return client;
  }

  /** Called when something is queued and nothing was before. Any thread. */
  void watch() {
    writer.post(() -> guarded(() -> waitFor(SelectionKey.OP_WRITE)));
  }

  /** Shuts the socket down gracefully, within {@code time} at the latest. Any thread. */
  void linger(Duration time) {
    writer.linger(this, time, () -> guarded(this::flush));
  }

  /**
   * Tries to write without waiting for the system to report room, which it does late: when a third of
   * what it holds has gone. Any thread.
   *
   * @param whenDone runs on the writer's thread
   */
  static void flushAll(
      Collection<QueuedOutput> outputs, PeerWriter writer, Runnable whenDone) {
    writer.post(
        () -> {
          outputs.forEach(output -> output.guarded(output::flush));
          whenDone.run();
        });
  }

  @Override
  public void ready(SelectionKey key) {
    guarded(
        () -> {
          if (key.isReadable()) {
            discard();
          } else {
            flush();
          }
        });
  }

  private void guarded(Runnable action) {
    try {
      action.run();
    } catch (CancelledKeyException e) {
      finish(false); // a failure has closed the socket meanwhile
    } catch (ClosedSelectorException e) {
      finish(false); // the daemon has ended
      owner.fail(Errno.ECONNABORTED);
    } catch (RuntimeException e) {
      // One socket's defect must not end the thread that serves all.
      LOG.error("A socket ends because of a defect.", e);
      finish(false);
      owner.fail(Errno.EPERM);
    } catch (OutOfMemoryError e) {
      // Direct memory has a limit of its own: giving up this socket's queue frees some of it.
      LOG.error("A socket ends because there is no memory for what is queued.");
      finish(false);
      owner.fail(Errno.ENOBUFS);
    }
  }

  private void flush() {
    switch (owner.flush()) {
      case MORE -> waitFor(SelectionKey.OP_WRITE);
      case AT_BARRIER -> {
        waitFor(0);
        owner.atBarrier();
      }
      case AWAITS_REMAINDER -> waitFor(0); // when the remainder is queued, it is watched again
      case BROKEN -> {
        waitFor(0);
        finish(false);
      }
      case DONE -> {
        waitFor(writer.isLingering(this) ? SelectionKey.OP_READ : 0);
        owner.drained();
      }
    }
  }

  private void waitFor(int operations) {
    writer.waitFor(owner.channel(), operations, this);
  }

  private void discard() {
    try {
      if (owner.channel().read(writer.discarded()) < 0) {
        finish(false);
      }
    } catch (IOException e) {
      finish(true);
    }
  }

  @Override
  public void lingerIsOver() {
    finish(false);
  }

  private void finish(boolean reset) {
    if (writer.endLinger(this)) {
      owner.lingered(reset);
    }
  }
}
