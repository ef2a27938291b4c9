package com.jstorrent.iodaemon.client;

import java.util.concurrent.CompletableFuture;

/** Runs what blocks on another thread. */
final class Async {
  private Async() {}

  /** What may fail on another thread. */
  interface Task<T> {
    T run() throws Exception;
  }

  static <T> CompletableFuture<T> async(Task<T> task) {
    CompletableFuture<T> result = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                result.complete(task.run());
              } catch (Throwable e) {
                result.completeExceptionally(e);
              }
            });
    return result;
  }
}
