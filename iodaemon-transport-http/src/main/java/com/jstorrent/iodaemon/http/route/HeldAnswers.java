package com.jstorrent.iodaemon.http.route;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.memory.MemoryUse;
import com.jstorrent.iodaemon.memory.Share;
import com.jstorrent.iodaemon.time.MonotonicClock;
import com.jstorrent.iodaemon.transport.BufferPool;
import com.jstorrent.iodaemon.transport.DaemonMemory;

/** Memory for answers whose length depends on what is there, such as listings. Thread-safe. */
final class HeldAnswers {
  /** An answer is assumed to be no longer than this until it turns out to be. */
  private static final long EXPECTED_BYTES = 1 << 20;

  private final GrowthBudget budget;
  private final BufferPool segments;

  HeldAnswers(DaemonMemory memory, MonotonicClock clock) {
    MemorySource source = new MemorySource(memory.budget(), Share.COMMON, MemoryUse.LISTINGS);
    budget = new GrowthBudget(source.most(), source, clock);
    segments = memory.segments();
  }

  /** Writes the JSON of an answer. */
  @FunctionalInterface
  interface Writer {
    void writeTo(HeldAnswer answer) throws OperationFailure;
  }

  /**
   * Makes an answer. Blocks as the writer does.
   *
   * @param expected how many bytes it is likely to have
   * @param call whose connection is cut off when the client does not take the answer, and others need
   *     its memory
   * @throws OperationFailure from the writer
   */
  Reply json(Call call, long expected, Writer writer) throws OperationFailure {
    long most = Math.min(Limits.LISTING_BYTES, budget.total());
    long known = Math.clamp(expected, EXPECTED_BYTES, most);
    GrowthBudget.Claim claim = new GrowthBudget.Claim(known, most, call::cutOff);
    HeldAnswer answer = new HeldAnswer(budget.open(claim), most, segments);
    boolean made = false;
    try {
      writer.writeTo(answer);
      Reply reply = answer.reply();
      made = true;
      return reply;
    } finally {
      if (!made) {
        answer.close();
      }
    }
  }
}
