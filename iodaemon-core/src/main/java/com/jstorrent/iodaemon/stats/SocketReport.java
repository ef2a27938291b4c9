package com.jstorrent.iodaemon.stats;

import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot of a client's socket or server. The values are not read atomically.
 *
 * @param id the id that the client chose, unsigned
 * @param kind what it is
 * @param state one word in lower case
 * @param ends the addresses that it connects
 * @param traffic what has gone through it
 * @param idle the time since the last byte in either direction
 */
public record SocketReport(
    long id, Kind kind, String state, Ends ends, Traffic traffic, Duration idle) {

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

  /**
   * Where it leads.
   *
   * @param remote the address and port of the peer; the host while connecting; null if there is none
   * @param localPort the local port, or 0 while there is none
   */
  public record Ends(@Nullable String remote, int localPort) {}

  /**
   * What has gone through it.
   *
   * @param sentBytes bytes written to peers; for UDP including dropped datagrams
   * @param receivedBytes bytes read from peers
   * @param queuedBytes bytes queued for the peer (there is no queue towards the client)
   * @param pauses how often reading from the peer or from the client was paused by back-pressure
   * @param drops dropped datagrams, in both directions
   */
  public record Traffic(
      long sentBytes, long receivedBytes, long queuedBytes, long pauses, long drops) {}
}
