package com.jstorrent.iodaemon.launcher;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Deque;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The daemon that loads are put on, and their clients, which end with it. */
final class LoadTarget implements AutoCloseable {
  private final int port;
  private final Path root;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Phaser clients = new Phaser(1);
  private final Deque<AutoCloseable> open = new ConcurrentLinkedDeque<>(); // the newest first
  private final Map<String, Integer> outcomes = new ConcurrentHashMap<>();
  private volatile boolean closing;

  /**
   * @param root the folder of the download root {@link FileClient#ROOT}
   */
  LoadTarget(int port, Path root) {
    this.port = port;
    this.root = root;
  }

  /** What a client does. It may end early, because the daemon refuses to go on. */
  interface Client {
    /** Returns when it is up; the result is a word for what became of it. */
    String run() throws Exception;
  }

  int port() {
    return port;
  }

  Path root() {
    return root;
  }

  boolean isClosing() {
    return closing;
  }

  /** Something that is closed at the end of the load, the newest first. */
  <C extends AutoCloseable> C keep(C resource) {
    open.addFirst(resource);
    return resource;
  }

  /** Starts a client. */
  void start(Client client) {
    clients.register();
    threads.execute(
        () -> {
          String outcome = "Error";
          try {
            outcome = client.run();
          } catch (Exception e) {
            outcome = e.getClass().getSimpleName();
          } finally {
            if (!closing) {
              note(outcome, 1);
            }
            clients.arriveAndDeregister();
          }
        });
  }

  /** Waits until all clients are up; returns false when some still are not after this time. */
  boolean awaitUp(Duration time) throws InterruptedException {
    try {
      int phase = clients.arrive();
      clients.awaitAdvanceInterruptibly(phase, time.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    }
  }

  /** Counts outcomes of clients. */
  void note(String outcome, int count) {
    outcomes.merge(outcome, count, Integer::sum);
  }

  /** How many clients have had which outcome. */
  Map<String, Integer> outcomes() {
    return new TreeMap<>(outcomes);
  }

  @Override
  public void close() {
    closing = true;
    for (AutoCloseable each : open) {
      try {
        each.close();
      } catch (IOException e) {
        // The daemon has ended it already.
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }
    threads.shutdownNow();
    threads.close();
  }
}
