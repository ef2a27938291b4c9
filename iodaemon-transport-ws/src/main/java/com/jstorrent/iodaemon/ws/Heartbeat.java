package com.jstorrent.iodaemon.ws;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.time.MonotonicClock;
import java.time.Duration;

/**
 * Finds out whether a client is still there (PROTOCOL.md § 4.12): a ping at each interval, and when
 * two have left without anything coming back the connection is dead. A ping that could not be
 * written yet, because the client is not reading, says nothing and is not counted.
 */
final class Heartbeat {
  private final Runnable ping;
  private final Runnable dead;
  private final MonotonicClock.Scheduled ticks;
  private boolean waitingToLeave; // guarded by this
  private int unanswered; // guarded by this

  Heartbeat(Duration interval, MonotonicClock clock, Runnable ping, Runnable dead) {
    this.ping = ping;
    this.dead = dead;
    this.ticks = clock.scheduleWithFixedDelay(interval, this::tick);
  }

  /** The interval is over. */
  private void tick() {
    boolean over;
    synchronized (this) {
      if (waitingToLeave) {
        return;
      }
      over = unanswered >= Limits.MISSED_PONGS;
      waitingToLeave = !over;
    }
    (over ? dead : ping).run();
  }

  /** Everything that was outgoing has been written. */
  synchronized void written() {
    if (waitingToLeave) {
      waitingToLeave = false;
      unanswered++;
    }
  }

  /** The client has sent something. */
  synchronized void heard() {
    unanswered = 0;
  }

  void stop() {
    ticks.cancel();
  }
}
