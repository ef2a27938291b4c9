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
 * The way from one peer to its client: reads what has come straight into the frame that is being built,
 * as much as the client has granted, and finds out that the peer has ended. Belongs to the relay's
 * thread but for {@link #grant}, {@link #stop} and the getters that say so.
 */
final class PeerInput implements Selectable {
  private static final Logger LOG = LoggerFactory.getLogger(PeerInput.class);

  /** Reads that bring nothing for the client, as in a handshake, before others have their turn. */
  private static final int READS_A_TURN = 16;

  /** A peer that has sent so much since its last turn will send more, and other peers are read before it. */
  private static final int BULK_TURN_BYTES = 16 << 10;

  /** What a read says at the end of a stream. */
  private static final int ENDED = -1;

  private static final int FAILED = -2;

  /** The socket whose input this is. */
  interface Owner {
    int id();

    /** Whether the client is to be told what the peer sends. */
    boolean relaysInput();

    /** Whether there is something to read for, be it only a handshake that goes on. */
    boolean wantsInput();

    /**
     * Something has been read: a handshake may have come to its end.
     *
     * @return false when the socket has ended by that, and nothing of the peer may pass
     */
    boolean inputProgressed();

    /** Writes what the stream itself has to say. */
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
  private volatile boolean bulk; // by the last turn; written by the relay only
  private volatile long bytes; // written by the relay only

  PeerInput(Owner owner, Relay relay, Stats stats, Meter meter, Credit credit) {
    this.owner = owner;
    this.relay = relay;
    this.stats = stats;
    this.meter = meter;
    this.credit = credit;
  }

  /** Where bytes come from. */
  void connected(SocketChannel connection, PeerStream source) {
    channel = connection;
    stream = source;
    plain = true;
  }

  /** From here on bytes come encrypted. */
  void replace(PeerStream encrypted) {
    stream = encrypted;
    plain = false;
  }

  /** Null until there is a connection; any thread may ask. */
  @Nullable
  PeerStream stream() {
    return stream;
  }

  /** Payload that has gone to the client; any thread may ask. */
  long bytes() {
    return bytes;
  }

  /** TCP_CREDIT. The client's reader only; returns whether reading may go on that had to stop. */
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
   * Writing has failed for this reason, and so the socket ends when everything has been read that the
   * peer left behind.
   */
  void endAfterRest(Errno errno) {
    writeFailure = errno;
    plain = false;
  }

  /**
   * Reads on where reading had to stop: more credit, a handshake that goes on, a failure that ends
   * the socket when everything has been read.
   */
  void readOn() {
    if (relay.paused() && !relay.isOver()) {
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
    return registered != null && registered.isValid() && owner.wantsInput() && !relay.isOver()
        ? registered
        : null;
  }

  /** One turn; the next one comes by the selector, or by what it has to wait for. */
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

  /** A turn with records or a failure that waits. */
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
      // No event tells of what a connection left behind that has failed for writing.
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

  /** Does what the stream needs before it can be read on; whether to read again at once. */
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

  /** Returns how many bytes were read, or {@link #ENDED}, or {@link #FAILED}: then it is over. */
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

  /** Accounts for what is about to be sent; false when the client does not want it any more. */
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
   * Forgets what has come and was not read yet.
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
