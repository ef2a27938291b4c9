package com.jstorrent.iodaemon.stats;

import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One socket or server of a client, as it is now. The numbers are read one after the other, so they
 * may be a moment apart.
 *
 * @param id the client's own
 * @param state in one lower-case word
 * @param remote address and port of the peer, the host while it is being connected, or null
 * @param localPort 0 while there is none
 * @param sentBytes written to peers; of UDP, dropped ones included
 * @param receivedBytes read from peers
 * @param queuedBytes that wait for the peer; towards the client nothing is queued
 * @param idle since bytes have moved, in either direction
 * @param pauses times that it was not read, or not written to by the client, because a side took nothing
 * @param drops datagrams that were dropped, in either direction
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

  /** What an id may stand for. */
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
