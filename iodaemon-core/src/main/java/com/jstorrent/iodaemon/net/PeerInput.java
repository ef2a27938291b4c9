package com.jstorrent.iodaemon.net;

import com.jstorrent.iodaemon.frame.Capability;
import com.jstorrent.iodaemon.frame.Errno;
import org.jspecify.annotations.Nullable;

/**
 * The way from one peer to the client, as far as it is the socket's own: how much may be read, and
 * why reading ends. The bytes are {@link Relay}'s. Belongs to the relay's thread but for {@link
 * #grant} and {@link #bytes}.
 */
final class PeerInput {
  private final Credit credit;
  private final Meter meter;
  private volatile @Nullable PeerStream stream; // set by the relay
  private @Nullable Errno doom;
  private final boolean limited;
  private boolean plain;
  private volatile long bytes; // written by the relay only

  PeerInput(NetContext net, Meter meter) {
    this.meter = meter;
    limited = net.negotiated().has(Capability.CREDIT);
    credit = limited ? Credit.of(net.limits().creditBytes()) : Credit.unlimited();
  }

  /** Where bytes come from: at first the plain connection, later perhaps an encrypted one. */
  void from(PeerStream source) {
    stream = source;
    plain = source instanceof PlainStream && !limited;
  }

  /**
   * Whether a read is all that a turn needs: no record to decrypt, no credit to look at, no end to
   * wait for. So it is with most sockets.
   */
  boolean isPlain() {
    return plain;
  }

  /** Null until there is a connection; any thread may ask. */
  @Nullable
  PeerStream stream() {
    return stream;
  }

  /**
   * How much may be read now, up to {@code most}; 0 when the client wants nothing. A record of TLS
   * comes whole, even if that is more than the client has granted; a handshake is not for the client.
   */
  int allowance(int most) {
    int allowed = credit.allows(most);
    if (!(stream instanceof TlsStream tls)) {
      return allowed;
    }
    return !tls.secured() ? TlsStream.RECORD_BYTES
        : allowed > 0 ? Math.max(allowed, TlsStream.RECORD_BYTES)
        : 0;
  }

  /** Whether to wait for bytes of the peer. */
  boolean wanted() {
    PeerStream source = stream;
    boolean handshake = source instanceof TlsStream tls && !tls.secured();
    return source != null && source.wantsBytes() && (handshake || credit.isOpen());
  }

  /** Bytes have gone to the client; returns whether it takes no more for now. */
  boolean delivered(int count) {
    bytes += count;
    meter.moved();
    boolean full = credit.take(count);
    if (full) {
      meter.paused();
    }
    return full;
  }

  /** TCP_CREDIT. The client's reader only; returns whether reading may go on that had to stop. */
  boolean grant(long count) {
    return credit.grant(count);
  }

  /** Payload that has gone to the client; any thread may ask. */
  long bytes() {
    return bytes;
  }

  /** The socket ends for this reason when everything has been read that the peer left behind. */
  void doom(Errno errno) {
    doom = errno;
    plain = false;
  }

  /** See {@link #doom}; null while nothing has happened. */
  @Nullable
  Errno doomed() {
    return doom;
  }
}
