package com.jstorrent.iodaemon.net;

import com.jstorrent.iodaemon.frame.Errno;
import com.jstorrent.iodaemon.net.relay.Relay;
import com.jstorrent.iodaemon.net.relay.Selectable;
import com.jstorrent.iodaemon.net.stream.PeerStream;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.stats.live.Stats;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Data from one peer to its client: reads what has arrived straight into the frame that is being built,
 * as much as the client has granted, and detects the peer's end of the stream. Used by the relay's
 * thread only, except {@link #grant}, {@link #stop} and the getters that say so.
 */
final class PeerInput implements Selectable {
  private static final Logger LOG = LoggerFactory.getLogger(PeerInput.class);

  /** How many reads may bring nothing for the client, as in a handshake, before others get their turn. */
  private static final int READS_A_TURN = 16;

  /** A peer that has sent this much since its last turn will send more, so other peers are read before it. */
  private static final int BULK_TURN_BYTES = 16 << 10;

  /** What a read returns at the end of the stream. */
  private static final int ENDED = -1;

  private static final int FAILED = -2;

  /** The socket whose input this is. */
  interface Owner {
    int id();

    /** Whether the client is to be told what the peer sends. */
    boolean relaysInput();

    /** Whether there is a reason to read, even if it is only to continue a handshake. */
    boolean wantsInput();

    /**
     * Called after each read, which may have completed a handshake.
     *
     * @return false when this has ended the socket, so that none of the peer's data may pass
     */
    boolean inputProgressed();

    /** Writes what the stream itself has to send, such as handshake messages. */
    void flushOutput();

    /** The peer sends no more, and everything that came before has been sent on. */
    void peerEnded();

    /** The socket ends at once. */
    void fail(Errno errno);
  }

  private final Owner owner;
  private final Relay relay;
  private final Stats stats;
  private final Meter meter;
  private final Credit credit;
  private final Runnable readOn = this::readOn; // one object, so that it is postponed only once
  private @Nullable SocketChannel channel;
  private volatile @Nullable PeerStream stream; // set by the relay
  private @Nullable SelectionKey key;
  private @Nullable Errno writeFailure;
  private boolean plain;
  private volatile boolean bulk; // judged by the last turn; written by the relay only
  private volatile long bytes; // written by the relay only

  PeerInput(Owner owner, Relay relay, Stats stats, Meter meter, Credit credit) {
    this.owner = owner;
    this.relay = relay;
    this.stats = stats;
    this.meter = meter;
    this.credit = credit;
  }

  /** Sets the connection and the stream to read from. */
  void connected(SocketChannel connection, PeerStream source) {
    channel = connection;
    stream = source;
    plain = true;
  }

  /** From here on reads go through this encrypted stream. */
  void replace(PeerStream encrypted) {
    stream = encrypted;
    plain = false;
  }

  /** Null until there is a connection; any thread may ask. */
  @Nullable
  PeerStream stream() {
    return stream;
  }

  /** How many payload bytes have gone to the client; any thread may ask. */
  long bytes() {
    return bytes;
  }

  /**
   * Adds the credit of TCP_CREDIT; returns whether reading had to stop before and may now go on. The
   * client's reader only.
   */
  boolean grant(long count) {
    return credit.grant(count);
  }

  /** Begins to read, unless the socket has been closed meanwhile. */
  void begin() {
    SocketChannel connection = channel;
    if (connection != null) {
      key = relay.register(connection, this);
      if (key != null && !owner.wantsInput()) {
        key.cancel(); // the client's TCP_CLOSE came between the connection and here
      }
    }
  }

  /** Stops reading. Any thread. */
  void stop(SocketChannel connection) {
    relay.cancel(connection);
  }

  /**
   * Called when writing has failed for this reason: the socket ends once everything that the peer has
   * sent is read.
   */
  void failAfterRemainingInput(Errno errno) {
    writeFailure = errno;
    plain = false;
  }

  /**
   * Resumes reading that had to stop: there is more credit, a handshake can go on, or a failure ends
   * the socket once everything has been read.
   */
  void readOn() {
    if (relay.paused() && !relay.isClosed()) {
      relay.afterPause(readOn);
      return;
    }
    SelectionKey registered = registered();
    if (registered != null) {
      ready(registered);
    } else if (writeFailure != null) {
      owner.fail(writeFailure);
    }
  }

  private @Nullable SelectionKey registered() {
    SelectionKey registered = key;
    return registered != null && registered.isValid() && owner.wantsInput() && !relay.isClosed()
        ? registered
        : null;
  }

  /** Takes one turn; the next one comes from the selector, or from whatever reading has to wait for. */
  @Override
  public void ready(SelectionKey ready) {
    PeerStream source = stream;
    if (source == null) {
      return;
    }
    long before = bytes;
    if (plain) { // most sockets: no record to decrypt, no end to wait for
      readPlain(source, ready);
    } else {
      readManaged(source, ready);
    }
    bulk = bytes - before >= BULK_TURN_BYTES;
  }

  @Override
  public boolean isBulk() {
    return bulk;
  }

  private void readPlain(PeerStream source, SelectionKey ready) {
    int count;
    do {
      int most = credit.allows(relay.inbound().mostBytes());
      count = most == 0 ? 0 : readIntoFrame(source, ready, most);
    } while (count > 0 && accounted(count) && relay.gatherInbound(owner.id(), count));
    if (count == ENDED) {
      end(ready);
    }
    relay.sendGathered();
    if (count >= 0 && !credit.isUnlimited()) {
      setInterest(source, ready);
    }
  }

  /**
   * A turn of a socket with TLS records, or with a failure that takes effect when everything has been
   * read.
   */
  private void readManaged(PeerStream source, SelectionKey ready) {
    boolean again = true;
    for (int i = 0; again && i < READS_A_TURN && !relay.paused(); i++) {
      int most = source.mostToRead(credit.allows(relay.inbound().mostBytes()));
      int count = most == 0 ? 0 : readIntoFrame(source, ready, most);
      if (count == FAILED || !owner.inputProgressed()) {
        return;
      }
      if (count > 0) {
        send(count);
      }
      boolean ending = writeFailure != null;
      if (count == ENDED || count == 0 && ending && most > 0) {
        end(ready);
        return;
      }
      // After a failed write, no event reports the bytes that can still be read.
      again = most > 0 && (goesOn(source) || ending && count > 0);
      if (count > 0) {
        break; // others have their turn
      }
    }
    if (again) {
      relay.post(readOn);
    }
    owner.inputProgressed();
    setInterest(source, ready);
  }

  /** Does what the stream needs before it can be read further; returns whether to read again at once. */
  private boolean goesOn(PeerStream source) {
    return switch (source.nextStep()) {
      case WAIT -> false;
      case READ -> true;
      case FLUSH -> {
        owner.flushOutput();
        yield source.flushed();
      }
      case COMPUTE -> {
        Thread.ofVirtual()
            .name("iodaemon-tls")
            .start(
                () -> {
                  source.compute();
                  relay.post(readOn);
                });
        yield false;
      }
    };
  }

  private void setInterest(PeerStream source, SelectionKey ready) {
    try {
      ready.interestOps(source.wantsBytes(credit.isOpen()) ? SelectionKey.OP_READ : 0);
    } catch (CancelledKeyException e) {
      LOG.trace("A socket was closed while it was read.");
    }
  }

  /** Returns how many bytes were read, or {@link #ENDED}, or {@link #FAILED} when the socket has ended. */
  private int readIntoFrame(PeerStream source, SelectionKey ready, int most) {
    try {
      return source.read(relay.inbound().room(most));
    } catch (IOException e) {
      if (!plain) {
        owner.flushOutput(); // the alert that says why
      }
      fail(ready, Errno.of(e));
    } catch (RuntimeException e) {
      LOG.error("A socket ends because of a defect.", e);
      fail(ready, Errno.EPROTO);
    }
    return FAILED;
  }

  private void fail(SelectionKey ready, Errno errno) {
    ready.cancel();
    owner.fail(writeFailure == null ? errno : writeFailure);
  }

  private void end(SelectionKey ready) {
    ready.cancel();
    if (writeFailure == null) {
      owner.peerEnded();
    } else {
      owner.fail(writeFailure);
    }
  }

  private void send(int count) {
    if (accounted(count)) {
      relay.sendInbound(owner.id(), count);
    }
  }

  /** Accounts for what is about to be sent; returns false when the client does not want it any more. */
  private boolean accounted(int count) {
    if (!owner.relaysInput()) {
      return false;
    }
    stats.add(Counter.BYTES_RECEIVED, count);
    bytes += count;
    meter.moved();
    if (credit.take(count)) {
      meter.paused();
      stats.increment(Counter.CREDIT_PAUSES);
    }
    return true;
  }

  /**
   * Discards what has arrived and was not read yet.
   *
   * @return false when the connection has ended; the reason is reported if it is known
   */
  boolean discard() {
    SelectionKey registered = registered();
    SocketChannel connection = channel;
    if (registered == null || connection == null) {
      return false;
    }
    ByteBuffer scratch = relay.inbound().scratch();
    try {
      int count;
      do {
        count = connection.read(scratch.clear());
      } while (count == scratch.capacity());
      return count >= 0;
    } catch (IOException e) {
      fail(registered, Errno.of(e));
      return false;
    }
  }
}
