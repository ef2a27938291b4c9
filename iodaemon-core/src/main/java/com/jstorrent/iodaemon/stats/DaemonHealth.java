package com.jstorrent.iodaemon.stats;

import java.time.Duration;

/**
 * The health of a daemon at one moment, for health checks of the program that embeds it.
 *
 * @param state what it does
 * @param port its TCP port on 127.0.0.1; 0 when it has none, or has not started
 * @param uptime the time since it was built
 * @param sessions how many authenticated sessions it has, parked ones included
 * @param memory what clients make it hold
 * @since 1.0
 */
public record DaemonHealth(
    State state, int port, Duration uptime, int sessions, HeldMemory memory) {

  /** What a daemon does. */
  public enum State {
    /** It was built, and not started. */
    NEW,
    /** It serves clients. */
    RUNNING,
    /** It has ended, or is ending. */
    CLOSED
  }

  /**
   * What clients make a daemon hold (PROTOCOL.md § 4.6).
   *
   * @param heldBytes how many bytes that is
   * @param limitBytes how many bytes it may be; at the limit clients are slowed down and requests get
   *     503
   */
  public record HeldMemory(long heldBytes, long limitBytes) {}

  /** Whether it serves clients. */
  public boolean isRunning() {
    return state == State.RUNNING;
  }
}
