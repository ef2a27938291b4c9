package com.jstorrent.iodaemon.http.route;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.json.JsonFields;
import com.jstorrent.iodaemon.memory.MemoryAccount;
import com.jstorrent.iodaemon.memory.MemoryUse;
import com.jstorrent.iodaemon.time.Deadline;
import com.jstorrent.iodaemon.time.MonotonicClock;

/** The memory for what is parsed from one JSON body. Used by one thread at a time. */
final class JsonMemory implements JsonFields.Meter, AutoCloseable {
  /** The first bytes, which are not counted: the connection needs about as much anyway. */
  private static final int FREE_BYTES = 4 << 10;

  private static final int STEP_BYTES = 16 << 10;

  private final MemoryAccount account;
  private final long most;
  private final MonotonicClock clock;
  private long left = FREE_BYTES; // of the bytes that were taken
  private long taken;
  private boolean timedOut;

  /**
   * @param most the most bytes that it can ever get
   */
  JsonMemory(MemoryAccount account, long most, MonotonicClock clock) {
    this.account = account;
    this.most = most;
    this.clock = clock;
  }

  /** Whether memory was refused because others had it. */
  boolean timedOut() {
    return timedOut;
  }

  @Override
  public boolean tryTake(long bytes) {
    while (left < bytes) {
      if (taken + STEP_BYTES > most || !await()) {
        return false;
      }
      taken += STEP_BYTES;
      left += STEP_BYTES;
    }
    left -= bytes;
    return true;
  }

  /** Takes memory for another step, and waits for it if need be. */
  private boolean await() {
    Deadline end = Deadline.in(Limits.BODY_MEMORY_WAIT, clock);
    timedOut =
        !account.awaitTake(MemoryUse.SMALL_BODIES, STEP_BYTES, () -> !end.isOver());
    return !timedOut;
  }

  @Override
  public void close() {
    account.release(MemoryUse.SMALL_BODIES, taken);
    taken = 0;
    left = 0;
  }
}
