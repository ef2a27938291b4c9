package com.jstorrent.iodaemon.net;

import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;

/**
 * Names to addresses. The system's resolver blocks in native code, which would hold the carrier of
 * a virtual thread, and it cannot be interrupted: so it runs on platform threads of its own, and a
 * caller that gives up leaves it behind.
 */
final class Resolver implements AutoCloseable {
  private static final int THREADS = 32;
  private static final Duration IDLE = Duration.ofSeconds(10);

  /** Look-ups that wait for a thread; each belongs to a connect attempt, whose number is bounded. */
  private static final int WAITING = 4096;

  private static final Pattern LITERAL = Pattern.compile("[0-9.]+|\\[?[0-9a-fA-F:.]*:[^/]*");

  private final ThreadPoolExecutor threads;

  Resolver() {
    threads =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            IDLE.toMillis(),
            TimeUnit.MILLISECONDS,
            new LinkedBlockingQueue<>(WAITING),
            Thread.ofPlatform().daemon().name("iodaemon-resolve-", 0).factory());
    threads.allowCoreThreadTimeOut(true);
  }

  /**
   * All addresses of a name, in the resolver's order; an address stands for itself. Blocks.
   *
   * @throws UnknownHostException when there is none
   * @throws SocketTimeoutException when there is no answer in time
   */
  List<InetAddress> resolve(String host, Duration timeout)
      throws UnknownHostException, SocketTimeoutException, InterruptedException {
    if (LITERAL.matcher(host).matches()) {
      return List.of(InetAddress.getByName(host));
    }
    Future<InetAddress[]> lookup = threads.submit(() -> InetAddress.getAllByName(host));
    try {
      return List.of(lookup.get(timeout.toNanos(), TimeUnit.NANOSECONDS));
    } catch (ExecutionException e) {
      throw new UnknownHostException("The name does not resolve.");
    } catch (TimeoutException e) {
      throw new SocketTimeoutException("The name did not resolve in time.");
    } finally {
      lookup.cancel(false);
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
