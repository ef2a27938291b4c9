package com.jstorrent.iodaemon.client.report;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A socket of a session, or a server.
 *
 * @param name which one
 * @param state such as {@code open}; later daemons may have others
 * @param ends the addresses that it connects
 * @param traffic what has gone through it
 * @param idle the time since it was last used, to the millisecond
 */
public record SocketStats(Name name, String state, Ends ends, Traffic traffic, Duration idle) {

  /**
   * Which socket.
   *
   * @param session its number
   * @param id in the session, unsigned
   * @param kind {@code tcp}, {@code udp} or {@code server}
   */
  public record Name(long session, long id, String kind) {}

  /**
   * Where it leads.
   *
   * @param remote the peer's address; null when it has none
   * @param localPort its own port; 0 when it has none yet
   */
  public record Ends(@Nullable String remote, int localPort) {}

  /**
   * What has gone through it.
   *
   * @param sentBytes to the peer
   * @param receivedBytes from the peer
   * @param queuedBytes for the peer
   * @param pauses how often one side had to wait for the other
   * @param drops datagrams
   */
  public record Traffic(
      long sentBytes, long receivedBytes, long queuedBytes, long pauses, long drops) {}
}
