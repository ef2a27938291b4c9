package com.jstorrent.iodaemon.stream;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.failure.FailureCode;
import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.random.RandomId;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * Tickets for players that cannot send the token: each gives access to one file for a limited time
 * (PROTOCOL.md § 5.5). When there are too many, the oldest is dropped. Thread-safe.
 */
public final class StreamTickets {
  private record Ticket(String fileId, long expires) {}

  private final LongSupplier nanoTime;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, Ticket> tickets = new LinkedHashMap<>(); // guarded by lock

  /**
   * @param nanoTime the clock by which tickets expire
   */
  public StreamTickets(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** Issues a ticket for a file. */
  public String issue(String fileId, Duration life) {
    String ticket = RandomId.draw();
    lock.lock();
    try {
      long now = nanoTime.getAsLong();
      tickets.values().removeIf(each -> each.expires - now <= 0);
      if (tickets.size() >= Limits.STREAM_TICKETS) {
        tickets.remove(tickets.keySet().iterator().next());
      }
      tickets.put(ticket, new Ticket(fileId, now + life.toNanos()));
    } finally {
      lock.unlock();
    }
    return ticket;
  }

  /**
   * The file to which a ticket gives access.
   *
   * @throws OperationFailure ENOENT when the ticket is unknown or has expired
   */
  public String fileId(String ticket) throws OperationFailure {
    lock.lock();
    try {
      Ticket known = tickets.get(ticket);
      if (known != null && known.expires - nanoTime.getAsLong() > 0) {
        return known.fileId;
      }
    } finally {
      lock.unlock();
    }
    throw new OperationFailure(
        FailureCode.ENOENT, "There is no such stream; its address may have expired.");
  }
}
