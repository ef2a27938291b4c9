package com.jstorrent.iodaemon.testkit.transport;

import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A thread that does one thing after another for a test, which never waits for it without a limit. */
final class Worker implements AutoCloseable {
  /** A thread counts as blocked after this many checks without progress, a millisecond apart. */
  private static final int MAX_CHECKS = 200;

  private static final int SHOWN_CALLS = 8;

  private final LinkedBlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
  private final Thread thread;
  private final Duration patience;
  private final FirstFailure firstFailure;

  /**
   * @param firstFailure a failure of another worker ends the waits for this one
   */
  Worker(String name, Duration patience, FirstFailure firstFailure) {
    this.patience = patience;
    this.firstFailure = firstFailure;
    this.thread = Thread.ofPlatform().daemon().name("testkit-" + name).start(this::work);
  }

  private void work() {
    try {
      while (true) {
        tasks.take().run();
      }
    } catch (InterruptedException e) {
      // It is closed.
    }
  }

  /** Something that a transport does. */
  @FunctionalInterface
  interface Action {
    void run() throws Exception;
  }

  /**
   * Lets the thread do something after what it was given before.
   *
   * @param what for messages, such as {@code send}
   */
  Task<@Nullable Void> begin(String what, Action action) {
    return begin(
        what,
        () -> {
          action.run();
          return null;
        });
  }

  <T extends @Nullable Object> Task<T> begin(String what, Callable<T> work) {
    CompletableFuture<T> result = new CompletableFuture<>();
    tasks.add(
        () -> {
          try {
            result.complete(work.call());
          } catch (Exception | AssertionError e) {
            result.completeExceptionally(e);
            firstFailure.record(what, e);
          }
        });
    return new Task<>(what, result);
  }

  private String whereItIs() {
    return Arrays.stream(thread.getStackTrace())
        .limit(SHOWN_CALLS)
        .map(StackTraceElement::toString)
        .collect(Collectors.joining(" < "));
  }

  /** Whether the thread waits in the JDK or in a call of the system. */
  private boolean waits() {
    return switch (thread.getState()) {
      case WAITING, TIMED_WAITING, BLOCKED -> true;
      case RUNNABLE -> {
        StackTraceElement[] calls = thread.getStackTrace();
        yield calls.length > 0 && calls[0].isNativeMethod();
      }
      default -> false;
    };
  }

  @Override
  public void close() {
    thread.interrupt();
  }

  /** Something that the thread was given to do. */
  final class Task<T extends @Nullable Object> {
    private final String what;
    private final CompletableFuture<T> future;

    private Task(String what, CompletableFuture<T> future) {
      this.what = what;
      this.future = future;
    }

    /** Waits until it has been done; the rule is broken if it fails or takes too long. */
    T done(Rule rule) throws InterruptedException {
      try {
        return await(rule);
      } catch (ExecutionException e) {
        throw rule.broken(what + " has failed: " + e.getCause(), e.getCause());
      }
    }

    /** Waits until it ends; the rule is broken unless it does so with an {@link IOException}. */
    void fails(Rule rule) throws InterruptedException {
      try {
        await(rule);
      } catch (ExecutionException e) {
        if (e.getCause() instanceof IOException) {
          return;
        }
        throw rule.broken(what + " has failed in another way: " + e.getCause(), e.getCause());
      }
      throw rule.broken(what + " has succeeded.");
    }

    /**
     * Waits until it ends, with or without an {@link IOException}; the rule is broken if it fails otherwise or
     * takes too long.
     */
    void ends(Rule rule) throws InterruptedException {
      try {
        await(rule);
      } catch (ExecutionException e) {
        if (!(e.getCause() instanceof IOException)) {
          throw rule.broken(what + " has failed: " + e.getCause(), e.getCause());
        }
      }
    }

    private T await(Rule rule) throws ExecutionException, InterruptedException {
      try {
        firstFailure.orDone(future, patience);
      } catch (TimeoutException e) {
        throw rule.broken(
            what + " has not ended after " + patience + ". Its thread is at " + whereItIs());
      }
      return future.get();
    }

    /**
     * Waits until it is blocked: its thread waits, and {@code progress} does not change. The rule is broken if it
     * ends instead. A slow machine may look like a blocked thread, which weakens a test but never fails one.
     */
    void blocks(Rule rule, AtomicLong progress) throws InterruptedException {
      long end = System.nanoTime() + patience.toNanos();
      long before = progress.get();
      for (int checks = 0; checks < MAX_CHECKS;) {
        firstFailure.check();
        if (future.isDone()) {
          ends(rule);
          throw rule.broken(what + " has not blocked.");
        }
        long now = progress.get();
        checks = now == before && waits() ? checks + 1 : 0;
        if (now != before) {
          before = now;
          end = System.nanoTime() + patience.toNanos();
        }
        if (System.nanoTime() - end > 0) {
          throw rule.broken(
              what + " neither blocks nor goes on. Its thread is at " + whereItIs());
        }
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
      }
    }
  }
}
