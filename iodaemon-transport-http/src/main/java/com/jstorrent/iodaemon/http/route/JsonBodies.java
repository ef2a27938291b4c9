package com.jstorrent.iodaemon.http.route;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.memory.MemoryAccount;
import com.jstorrent.iodaemon.memory.MemoryUse;
import com.jstorrent.iodaemon.memory.Share;
import com.jstorrent.iodaemon.time.Deadline;
import com.jstorrent.iodaemon.time.MonotonicClock;
import com.jstorrent.iodaemon.transport.DaemonMemory;
import java.io.IOException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Reads JSON bodies for routes. A body is parsed only when it has arrived completely, so that a slow client does
 * not block the parsing of other large bodies. What is parsed from it is counted as memory until the request is
 * answered; what routes make of that is no larger. Thread-safe.
 */
final class JsonBodies {
  private final BodyMemory memory;
  private final MonotonicClock clock;
  private final Source small;
  private final Source large;
  private final Semaphore turns = new Semaphore(Limits.LARGE_JSON_BODIES, true);

  JsonBodies(BodyMemory memory, DaemonMemory daemon, MonotonicClock clock) {
    this.memory = memory;
    this.clock = clock;
    this.small = Source.of(daemon, Share.RESERVED);
    this.large = Source.of(daemon, Share.COMMON);
  }

  private record Source(MemorySource source, MemoryAccount account) {
    static Source of(DaemonMemory daemon, Share share) {
      MemorySource source = new MemorySource(daemon.budget(), share, MemoryUse.SMALL_BODIES);
      return new Source(source, source.open(() -> false)); // what it holds is released when the requests end
    }

    /** A reservation for what is parsed from a body, as much as the body itself leaves. */
    JsonMemory reservation(long most, MonotonicClock clock) {
      return new JsonMemory(account, Math.min(source.most(), most), clock);
    }
  }

  /** The work of a route whose body is a JSON object. */
  @FunctionalInterface
  interface Handler {
    Reply answer(Call call, JsonBody body) throws OperationFailure, IOException;
  }

  Route.Handler route(Handler handler) {
    return call -> answer(handler, call);
  }

  private Reply answer(Handler handler, Call call) throws OperationFailure, IOException {
    Parsed parsed = read(call);
    boolean streamed = false;
    try {
      Reply reply = handler.answer(call, parsed.body());
      if (reply.body() instanceof Reply.Streamed answer) {
        streamed = true;
        return WatchedSource.in(reply, answer, parsed.reservation()::close);
      }
      return reply;
    } finally {
      if (!streamed) {
        parsed.reservation().close();
      }
    }
  }

  private record Parsed(JsonBody body, JsonMemory reservation) {}

  private Parsed read(Call call) throws OperationFailure, IOException {
    try (HeldBody held = memory.read(call, Limits.JSON_BYTES)) {
      if (held.isSmall()) {
        return parse(held, small.reservation(memory.total(), clock));
      }
      awaitTurn();
      try {
        long beside = memory.total() - held.length() - Limits.SEGMENT_BYTES; // the last segment of the body
        return parse(held, large.reservation(beside, clock));
      } finally {
        turns.release();
      }
    }
  }

  /** Large bodies are parsed one after the other, so that two half-parsed ones never wait for each other's memory. */
  private void awaitTurn() throws OperationFailure {
    try {
      Deadline end = Deadline.in(Limits.BODY_MEMORY_WAIT, clock);
      if (!end.await(nanos -> turns.tryAcquire(nanos, TimeUnit.NANOSECONDS))) {
        throw GrowthBudget.refusal();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw GrowthBudget.refusal();
    }
  }

  private static Parsed parse(HeldBody held, JsonMemory reservation) throws OperationFailure {
    boolean parsed = false;
    try {
      JsonBody body = JsonBody.parse(held.parts(), reservation);
      parsed = true;
      return new Parsed(body, reservation);
    } catch (OperationFailure e) {
      throw reservation.timedOut() ? GrowthBudget.refusal() : e;
    } finally {
      if (!parsed) {
        reservation.close();
      }
    }
  }
}
