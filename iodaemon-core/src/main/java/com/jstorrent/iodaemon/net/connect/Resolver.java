package com.jstorrent.iodaemon.net.connect;

import com.jstorrent.iodaemon.time.Deadline;
import com.jstorrent.iodaemon.time.MonotonicClock;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Resolves names to addresses. The system's resolver blocks in native code, which would occupy the
 * carrier of a virtual thread, and it cannot be interrupted. So it runs on platform threads of its own,
 * and a caller that gives up leaves the call running.
 */
public final class Resolver implements AutoCloseable {
  private static final int THREADS = 64;
  private static final Duration IDLE = Duration.ofSeconds(10);
  private static final int LONGEST_NAME = 255; // RFC 1035 § 2.3.4

  private static final Pattern IPV4 = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");
  /** A dot at the beginning would make the JDK look it up. */
  private static final Pattern IPV6 = Pattern.compile("\\[?(?!\\.)[0-9a-fA-F:.]*:[^/]*");

  /** Not a name, although the JDK would look it up. */
  private static final Pattern DIGITS_AND_DOTS = Pattern.compile("[0-9.]+");

  private final MonotonicClock clock;
  private final ThreadPoolExecutor threads;

  public Resolver(MonotonicClock clock) {
    this.clock = clock;
    threads =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            IDLE.toMillis(),
            TimeUnit.MILLISECONDS,
            new LinkedBlockingQueue<>(),
            Thread.ofPlatform().daemon().name("iodaemon-resolve-", 0).factory());
    threads.allowCoreThreadTimeOut(true);
  }

  /** The result of a look-up, and how long it took, not counting the wait for a thread. */
  public record Answer(List<InetAddress> addresses, Duration took) {
    public InetAddress first() {
      return addresses.getFirst();
    }
  }

  /**
   * The address that a text stands for, without looking anything up; null when it is a name.
   *
   * @throws UnknownHostException when it is neither
   */
  @Nullable
  public InetAddress literal(String host) throws UnknownHostException {
    if (host.length() > LONGEST_NAME) {
      throw new UnknownHostException("That is too long for a name.");
    }
    if (IPV4.matcher(host).matches()) {
      return InetAddress.getByAddress(ipv4(host));
    }
    if (IPV6.matcher(host).matches()) {
      return InetAddress.getByName(host);
    }
    if (DIGITS_AND_DOTS.matcher(host).matches()) {
      throw new UnknownHostException("That is no address.");
    }
    return null;
  }

  private static byte[] ipv4(String host) throws UnknownHostException {
    String[] parts = host.split("\\.", -1);
    byte[] bytes = new byte[parts.length];
    for (int i = 0; i < parts.length; i++) {
      int value = Integer.parseInt(parts[i]);
      if (value > 255) {
        throw new UnknownHostException("That is no address.");
      }
      bytes[i] = (byte) value;
    }
    return bytes;
  }

  /**
   * All addresses of a name, in the resolver's order; for an address, the address itself. Blocks. The
   * time limit runs from when a thread begins the look-up, so that the time for others' look-ups does
   * not count. Callers bound how many they have at once, and interrupt those of sockets that are gone,
   * or cancel them ({@link Lookups}).
   *
   * @throws UnknownHostException when there is none
   * @throws SocketTimeoutException when there is no answer in time, or no thread for it
   */
  public Answer resolve(String host, Duration timeout)
      throws UnknownHostException, SocketTimeoutException, InterruptedException {
    return resolve(host, timeout, begun -> {});
  }

  /**
   * @param onBegun gets the look-up of a name, which can be cancelled from then on
   */
  Answer resolve(String host, Duration timeout, Consumer<Future<?>> onBegun)
      throws UnknownHostException, SocketTimeoutException, InterruptedException {
    InetAddress literal = literal(host);
    if (literal != null) {
      return new Answer(List.of(literal), Duration.ZERO);
    }
    Lookup lookup = new Lookup(host);
    onBegun.accept(lookup);
    try {
      threads.execute(lookup);
    } catch (OutOfMemoryError e) { // the pool could not start a thread, and has not taken the look-up
      throw new SocketTimeoutException("The system has no thread left to look up the name.");
    }
    try {
      lookup.begun.await();
      long start = clock.nanoTime();
      if (!Deadline.in(timeout, clock).await(lookup::isOverWithin)) {
        throw new SocketTimeoutException("The name did not resolve in time.");
      }
      return new Answer(List.of(lookup.get()), Duration.ofNanos(clock.nanoTime() - start));
    } catch (ExecutionException e) {
      throw new UnknownHostException("The name does not resolve.");
    } catch (CancellationException e) {
      throw new UnknownHostException("The look-up was given up.");
    } finally {
      lookup.cancel(false);
      if (!lookup.started) {
        threads.remove(lookup); // else it would wait in the queue for its turn
      }
    }
  }

  /**
   * A dot at the end makes a name absolute. The hosts file does not know that form, so the name is
   * tried without the dot, too.
   */
  private static InetAddress[] lookUp(String host) throws UnknownHostException {
    try {
      return InetAddress.getAllByName(host);
    } catch (UnknownHostException e) {
      if (host.endsWith(".")) {
        return InetAddress.getAllByName(host.substring(0, host.length() - 1));
      }
      throw e;
    }
  }

  @Override
  public void close() {
    for (Runnable waiting : threads.shutdownNow()) {
      ((Future<?>) waiting).cancel(false);
    }
  }

  /** A look-up, which has begun when a thread has taken it on, or when none ever will. */
  private static final class Lookup extends FutureTask<InetAddress[]> {
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch over = new CountDownLatch(1);
    private volatile boolean started;

    private Lookup(String host) {
      super(() -> lookUp(host));
    }

    @Override
    public void run() {
      started = true;
      begun.countDown();
      super.run();
    }

    private boolean isOverWithin(long nanos) throws InterruptedException {
      return over.await(nanos, TimeUnit.NANOSECONDS);
    }

    @Override
    protected void done() {
      begun.countDown();
      over.countDown();
    }
  }
}
