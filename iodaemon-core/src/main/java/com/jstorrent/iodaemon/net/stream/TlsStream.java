package com.jstorrent.iodaemon.net.stream;

import com.jstorrent.iodaemon.transport.BufferPool;
import java.io.IOException;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a peer, encrypted on their way (PROTOCOL.md § 4.3). The relay decrypts straight into the
 * frame it builds; a writer encrypts into one pooled segment, and takes no more until the peer has
 * taken that. So only one segment and the rest of one record are held.
 *
 * <p>The relay reads and the writers write as if the bytes were plain; what TLS itself has to send (a
 * handshake, new keys) is done by {@link #nextStep} and {@link #flush} on the way.
 */
public final class TlsStream implements PeerStream {
  private static final int RECORD_HEADER = 5;

  /**
   * The longest record that is allowed (RFC 5246 § 6.2.3); with less room than this, the next read
   * might not fit. The engine would accept a record of 33 KB, for which this would be too little.
   */
  private static final int RECORD_BYTES = RECORD_HEADER + (16 << 10) + 2048;

  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private final SocketChannel channel;
  private final SSLEngine engine;
  private final BufferPool pool;
  private final Supplier<ByteBuffer> scratch;
  private final WarningAlerts warnings = new WarningAlerts(); // relay only
  private byte[] encrypted = new byte[0]; // relay only; received and not decrypted yet
  private boolean unread; // relay only; some of it can be decrypted without more bytes of the peer
  private @Nullable IOException failure; // relay only; thrown when what came before is delivered
  private boolean peerEnded; // relay only; close_notify has come
  private volatile boolean handshaken;
  private volatile boolean verified;
  private volatile boolean computing; // delegated work is being done
  private volatile boolean stalled; // reading goes on when what is held has been written
  private @Nullable ByteBuffer outgoing; // guarded by the output's lock; encrypted, ready to read
  private boolean discarded; // guarded by the output's lock

  /**
   * @param scratch a buffer that holds all that one read may bring; shared, for the relay's thread
   */
  public TlsStream(
      SocketChannel channel,
      SSLEngine engine,
      BufferPool pool,
      Supplier<ByteBuffer> scratch) {
    this.channel = channel;
    this.engine = engine;
    this.pool = pool;
    this.scratch = scratch;
  }

  /** Whether application data can pass. */
  public boolean handshaken() {
    return handshaken;
  }

  /**
   * Remembers the end of the handshake, which the engine reports only once: if the peer ends the
   * connection right after it, the engine is in another state, although the handshake was good.
   */
  private SSLEngineResult noted(SSLEngineResult result) {
    if (result.getHandshakeStatus() == HandshakeStatus.FINISHED) {
      handshaken = true;
    }
    return result;
  }

  /**
   * Whether the handshake is done but {@link #markVerified} was not called yet: no data may be decrypted
   * before that.
   */
  private boolean awaitsVerification() {
    return !verified && handshaken();
  }

  /**
   * The certificate of the peer has been checked, unless the client skips checks: from here on what is
   * read is for the client, and bounded by its credit.
   */
  public void markVerified() {
    verified = true;
  }

  @Override
  public int read(ByteBuffer into) throws IOException {
    stalled = false;
    if (computing) {
      return 0;
    }
    if (peerEnded) {
      return -1;
    }
    if (failure != null) {
      throw failure;
    }
    if (awaitsVerification()) {
      unread = true;
      return 0;
    }
    int start = into.position();
    ByteBuffer received = scratch.get().clear().put(encrypted);
    boolean ended = false;
    try {
      ended = fill(received, into.remaining());
    } catch (IOException e) {
      failure = e; // what came before is still good
    }
    try {
      decrypt(received.flip(), into);
    } catch (SSLException e) {
      failure = e;
    }
    keep(received);
    int produced = into.position() - start;
    if (produced > 0) {
      return produced;
    }
    if (ended && !unread && !peerEnded && failure == null) { // else the next read brings more of what has come
      failure = new SSLException("The peer ended the connection without saying so.");
    }
    return peerEnded || failure != null ? read(into) : 0;
  }

  /**
   * Reads after what is already held, no more than can be decrypted; returns whether the stream has
   * ended.
   */
  private boolean fill(ByteBuffer received, int room) throws IOException {
    int held = received.position();
    received.limit(Math.max(held, Math.min(received.capacity(), room)));
    return received.hasRemaining() && channel.read(received) < 0;
  }

  private void decrypt(ByteBuffer received, ByteBuffer into) throws SSLException {
    unread = false;
    while (!peerEnded) {
      if (!verified && warnings.skip(received)) {
        continue;
      }
      if (recordBytes(received) > RECORD_BYTES) {
        throw new SSLException("The peer announced a record that is longer than TLS allows.");
      }
      SSLEngineResult result = noted(engine.unwrap(received, into));
      // The engine asks for room before it checks whether the record is complete.
      unread =
          result.getStatus() == Status.BUFFER_OVERFLOW && holdsRecord(received)
              || result.getStatus() == Status.OK && received.hasRemaining();
      peerEnded = result.getStatus() == Status.CLOSED || engine.isInboundDone();
      if (result.getStatus() != Status.OK
          || result.getHandshakeStatus() == HandshakeStatus.NEED_TASK
          || result.getHandshakeStatus() == HandshakeStatus.NEED_WRAP
          || awaitsVerification()
          || !received.hasRemaining()) {
        return;
      }
    }
  }

  private static boolean holdsRecord(ByteBuffer received) {
    return received.remaining() >= RECORD_HEADER && received.remaining() >= recordBytes(received);
  }

  /**
   * The length of the first record, whether it is complete or not (RFC 8446 § 5.1: type, version, and the length of
   * what follows); 0 before its header is complete.
   */
  private static int recordBytes(ByteBuffer received) {
    if (received.remaining() < RECORD_HEADER) {
      return 0;
    }
    int length = received.position() + 3;
    return RECORD_HEADER
        + (Byte.toUnsignedInt(received.get(length)) << 8)
        + Byte.toUnsignedInt(received.get(length + 1));
  }

  private void keep(ByteBuffer received) {
    encrypted = received.remaining() == 0 ? NOTHING.array() : new byte[received.remaining()];
    received.get(encrypted);
  }

  @Override
  public Step nextStep() {
    if (computing) {
      return Step.WAIT;
    }
    if (peerEnded || failure != null) {
      return Step.READ; // which reports it
    }
    return switch (engine.getHandshakeStatus()) {
      case NEED_TASK -> {
        computing = true;
        yield Step.COMPUTE;
      }
      case NEED_WRAP -> {
        stalled = true; // first: the peer writer may be done with it before this method returns
        yield Step.FLUSH;
      }
      // Not WAIT: the peer writer may have sent what the read stopped for, and no event tells of it.
      default -> unread ? Step.READ : Step.WAIT;
    };
  }

  @Override
  public boolean flushed() {
    stalled = engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP;
    return !stalled;
  }

  @Override
  public void compute() {
    for (Runnable task; (task = engine.getDelegatedTask()) != null;) {
      task.run();
    }
    computing = false;
  }

  @Override
  public boolean goesOnAfterFlush(boolean everything) {
    return stalled
        && (everything || engine.getHandshakeStatus() != HandshakeStatus.NEED_WRAP);
  }

  /**
   * A record is delivered whole, even if that is more than the client has granted; a handshake needs no
   * grant.
   */
  @Override
  public int mostToRead(int granted) {
    return !verified ? RECORD_BYTES : granted > 0 ? Math.max(granted, RECORD_BYTES) : 0;
  }

  @Override
  public boolean wantsBytes(boolean granted) {
    return !computing && (!verified || granted);
  }

  @Override
  public int write(ByteBuffer from) throws IOException {
    int start = from.position();
    while (from.hasRemaining() && flush()) {
      ByteBuffer segment = pool.take();
      SSLEngineResult result;
      do {
        result = noted(engine.wrap(from, segment));
      } while (result.getStatus() == Status.OK
          && from.hasRemaining()
          && result.bytesConsumed() > 0
          && segment.remaining() >= engine.getSession().getPacketBufferSize());
      send(segment);
      if (result.getStatus() == Status.CLOSED) {
        // TLS 1.2: the peer's close_notify has ended both directions (RFC 5246 § 7.2.1).
        throw new SocketException("Connection reset");
      }
      if (result.bytesConsumed() == 0 && result.bytesProduced() == 0) {
        break; // new keys are being agreed on: the answer of the peer comes first
      }
    }
    return from.position() - start;
  }

  @Override
  public long write(ByteBuffer[] from) throws IOException {
    long written = 0;
    for (ByteBuffer part : from) {
      written += write(part);
      if (part.hasRemaining()) {
        break;
      }
    }
    return written;
  }

  @Override
  public boolean flush() throws IOException {
    if (discarded) {
      return true;
    }
    while (true) {
      ByteBuffer waiting = outgoing;
      if (waiting != null) {
        channel.write(waiting);
        if (waiting.hasRemaining()) {
          return false;
        }
        release(waiting);
      }
      if (computing || engine.getHandshakeStatus() != HandshakeStatus.NEED_WRAP) {
        return true;
      }
      ByteBuffer segment = pool.take();
      SSLEngineResult result = noted(engine.wrap(NOTHING, segment));
      boolean nothing = result.bytesProduced() == 0;
      send(segment);
      if (nothing) {
        return outgoing == null;
      }
    }
  }

  private void send(ByteBuffer segment) throws IOException {
    outgoing = segment.flip();
    channel.write(segment);
    if (!segment.hasRemaining()) {
      release(segment);
    }
  }

  private void release(ByteBuffer segment) {
    outgoing = null;
    pool.give(segment);
  }

  @Override
  public int heldBytes() {
    ByteBuffer waiting = outgoing;
    return waiting == null ? 0 : waiting.remaining();
  }

  @Override
  public boolean shutdownOutput() throws IOException {
    engine.closeOutbound();
    if (!flush()) {
      return false;
    }
    channel.shutdownOutput();
    return true;
  }

  /** Before TLS 1.3 a close_notify ends both directions (RFC 8446 § 6.1). */
  @Override
  public boolean halfCloses() {
    return engine.getSession().getProtocol().equals("TLSv1.3");
  }

  @Override
  public void discard() {
    discarded = true;
    ByteBuffer waiting = outgoing;
    if (waiting != null) {
      release(waiting);
    }
  }
}
