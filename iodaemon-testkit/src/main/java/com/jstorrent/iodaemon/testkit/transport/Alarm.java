package com.jstorrent.iodaemon.testkit.transport;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * The first thing that has gone wrong on any thread of a test. That a connection has ended ({@link
 * IOException}) is not wrong in itself: the test judges it. Thread-safe.
 */
final class Alarm {
  private final CompletableFuture<AssertionError> raised = new CompletableFuture<>();

  /** Notes what has gone wrong. */
  void raise(String what, Throwable failure) {
    switch (failure) {
      case AssertionError broken -> raised.complete(broken);
      case IOException ended -> {
      }
      default ->
          raised.complete(
              new AssertionError("The transport fails: " + what + ": " + failure, failure));
    }
  }

  /** Hears of it, on the thread that it has gone wrong on. */
  void onRaised(Consumer<AssertionError> action) {
    raised.thenAccept(action);
  }

  /**
   * @throws AssertionError when something has gone wrong
   */
  void check() {
    AssertionError seen = raised.getNow(null);
    if (seen != null) {
      throw seen;
    }
  }

  /**
   * Waits until something is done, in whatever way.
   *
   * @throws AssertionError when something has gone wrong, there or elsewhere
   * @throws TimeoutException when it takes longer
   */
  void orDone(CompletableFuture<?> done, Duration patience)
      throws InterruptedException, TimeoutException {
    try {
      CompletableFuture.anyOf(done, raised).get(patience.toNanos(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      // What was waited for has failed, which its owner judges.
    }
    check();
  }
}
