package com.jstorrent.iodaemon.testkit.transport;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * The first failure on any thread of a test. That a connection has ended ({@link IOException}) is not a failure in
 * itself: the test judges it. Thread-safe.
 */
final class FirstFailure {
  private final CompletableFuture<AssertionError> first = new CompletableFuture<>();

  /** Records a failure. */
  void record(String what, Throwable failure) {
    switch (failure) {
      case AssertionError broken -> first.complete(broken);
      case IOException ended -> {
      }
      default ->
          first.complete(
              new AssertionError("The transport fails: " + what + ": " + failure, failure));
    }
  }

  /** Runs an action after the first failure, on the thread that has failed. */
  void onRecorded(Consumer<AssertionError> action) {
    first.thenAccept(action);
  }

  /**
   * @throws AssertionError when there was a failure
   */
  void check() {
    AssertionError seen = first.getNow(null);
    if (seen != null) {
      throw seen;
    }
  }

  /**
   * Waits until the future completes, normally or not.
   *
   * @throws AssertionError when there was a failure on any thread
   * @throws TimeoutException when it takes longer
   */
  void orDone(CompletableFuture<?> done, Duration patience)
      throws InterruptedException, TimeoutException {
    try {
      CompletableFuture.anyOf(done, first).get(patience.toNanos(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      // The future has failed, which its owner judges.
    }
    check();
  }
}
