package com.jstorrent.iodaemon.stats;

import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot of a client's socket or server. The values are not read atomically.
 *
 * @param id the id that the client chose
 * @param state one word in lower case
 * @param remote the address and port of the peer; the host while connecting; null if there is none
 * @param localPort the local port, or 0 while there is none
 * @param sentBytes bytes written to peers; for UDP including dropped datagrams
 * @param receivedBytes bytes read from peers
 * @param queuedBytes bytes queued for the peer (there is no queue towards the client)
 * @param idle the time since the last byte in either direction
 * @param pauses how often reading from the peer or from the client was paused by back-pressure
 * @param drops dropped datagrams, in both directions
 */
public record SocketReport(
    long id,
    Kind kind,
    String state,
    @Nullable String remote,
    int localPort,
    long sentBytes,
    long receivedBytes,
    long queuedBytes,
    Duration idle,
    long pauses,
    long drops) {

  /** The kinds of objects that an id can refer to. */
  public enum Kind {
    TCP,
    UDP,
    SERVER;

    /** The name in lower case. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
