package com.jstorrent.iodaemon;

import com.jstorrent.iodaemon.event.DaemonListener;
import com.jstorrent.iodaemon.event.SessionInfo;
import com.jstorrent.iodaemon.time.MonotonicClock;
import com.jstorrent.iodaemon.transport.service.Activity;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices when the daemon has not been used for a while. It checks only when the timeout might have
 * expired, so a request costs two counter updates and no timer.
 */
final class IdleWatch implements Activity, DaemonListener {
  private static final Logger LOG = LoggerFactory.getLogger(IdleWatch.class);

  private final long timeout; // nanoseconds; 0 for never
  private final MonotonicClock clock;
  private final Runnable onIdle;
  private final AtomicInteger underWay = new AtomicInteger();
  private volatile long idleSince;

  IdleWatch(Duration timeout, MonotonicClock clock, Runnable onIdle) {
    this.timeout = TimeUnit.NANOSECONDS.convert(timeout);
    this.clock = clock;
    this.onIdle = onIdle;
  }

  /** The idle time begins now. */
  @Override
  public void onStarted(int port) {
    if (timeout > 0) {
      idleSince = clock.nanoTime();
      check();
    }
  }

  @Override
  public void begin() {
    underWay.incrementAndGet();
  }

  @Override
  public void end() {
    idleSince = clock.nanoTime(); // before the decrement: a thread that sees zero must also see this time
    underWay.decrementAndGet();
  }

  @Override
  public void onSessionOpened(SessionInfo session) {
    begin();
  }

  @Override
  public void onSessionClosed(SessionInfo session) {
    end();
  }

  private void check() {
    boolean used = underWay.get() > 0;
    long left = used ? timeout : timeout - (clock.nanoTime() - idleSince);
    if (left > 0) {
      clock.schedule(Duration.ofNanos(left), this::check);
    } else {
      LOG.info("The daemon has not been used for {} seconds; it ends.",
          TimeUnit.NANOSECONDS.toSeconds(timeout));
      onIdle.run();
    }
  }
}
