package com.jstorrent.iodaemon.net.stream;

import java.nio.ByteBuffer;

/**
 * Skips warning alerts of a peer during the handshake. RFC 5246 § 7.2.2 lets a handshake go on after
 * one, and clients do so; the JDK takes it for the end. Servers with TLS 1.2 warn of a name that they
 * do not know (RFC 6066 § 3) and answer with another certificate. Such a record is not encrypted and
 * not part of any hash of the handshake, so it can be left out. For one connection; used by the relay's
 * thread.
 */
final class WarningAlerts {
  /** The most that are skipped; BoringSSL and OpenSSL bound them as well. */
  private static final int MAX_SKIPPED = 4;

  private static final int ALERT = 21;
  private static final int RECORD_BYTES = 7; // RFC 5246 § 6.2.1: type, version, length; the alert
  private static final int ALERT_BYTES = 2;
  private static final int WARNING = 1;
  private static final int CLOSE_NOTIFY = 0;
  private static final int USER_CANCELED = 90;

  private int skipped;

  /** Skips a warning if one comes next and has arrived whole; returns whether one was skipped. */
  boolean skip(ByteBuffer received) {
    int at = received.position();
    if (received.remaining() < RECORD_BYTES
        || received.get(at) != ALERT
        || received.get(at + 3) != 0
        || received.get(at + 4) != ALERT_BYTES
        || received.get(at + 5) != WARNING
        || isKnownToJdk(received.get(at + 6))
        || skipped == MAX_SKIPPED) {
      return false;
    }
    skipped++;
    received.position(at + RECORD_BYTES);
    return true;
  }

  /** Whether the JDK itself knows what this alert means. */
  private static boolean isKnownToJdk(byte description) {
    return description == CLOSE_NOTIFY || description == USER_CANCELED;
  }
}
