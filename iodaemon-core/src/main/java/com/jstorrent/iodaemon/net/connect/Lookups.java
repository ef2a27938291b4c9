package com.jstorrent.iodaemon.net.connect;

import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;

/**
 * The look-ups of one socket or server, which are cancelled when it ends: the resolver has a bounded
 * number of threads for all clients, and sockets that are gone must not fill its queue. Thread-safe.
 */
public final class Lookups {
  private final Resolver resolver;
  private final Set<Future<?>> running = ConcurrentHashMap.newKeySet();
  private volatile boolean ended;

  public Lookups(Resolver resolver) {
    this.resolver = resolver;
  }

  /**
   * As {@link Resolver#resolve(String, Duration)}.
   *
   * @throws UnknownHostException also when {@link #end} is called meanwhile
   */
  public Resolver.Answer resolve(String host, Duration timeout)
      throws UnknownHostException, SocketTimeoutException, InterruptedException {
    running.removeIf(Future::isDone);
    return resolver.resolve(host, timeout, this::begun);
  }

  private void begun(Future<?> lookup) {
    running.add(lookup);
    if (ended) {
      lookup.cancel(false);
    }
  }

  /** Cancels the look-ups that are under way, and those that begin later. */
  public void end() {
    ended = true;
    running.forEach(lookup -> lookup.cancel(false));
  }
}
