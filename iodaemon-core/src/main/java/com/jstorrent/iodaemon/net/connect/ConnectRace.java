package com.jstorrent.iodaemon.net.connect;

import com.jstorrent.iodaemon.frame.Errno;
import com.jstorrent.iodaemon.time.MonotonicClock;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Connects to whichever address of a name answers first (RFC 8305, "happy eyeballs"): the families
 * take turns, IPv6 first, and the next attempt starts when the last one has failed or has been
 * silent for a while. Used once, by one thread.
 */
public final class ConnectRace {
  /** RFC 8305 § 5, Connection Attempt Delay: the recommended value. */
  public static final Duration ATTEMPT_DELAY = Duration.ofMillis(250);

  private record Outcome(@Nullable SocketChannel channel, @Nullable IOException failure) {
    static Outcome failed(Exception failure) {
      return new Outcome(null, failure instanceof IOException e ? e : new IOException(failure));
    }
  }

  private static final Outcome GIVEN_UP = new Outcome(null, null);

  private final Deque<InetSocketAddress> candidates = new ArrayDeque<>();
  private final List<SocketChannel> open = new ArrayList<>();
  private final BlockingQueue<Outcome> outcomes = new LinkedBlockingQueue<>();
  private final MonotonicClock clock;
  private final Dialer dialer;
  private long deadline;

  /** Opens and connects the sockets of a race. Any thread. */
  public interface Dialer {
    /** A blocking socket for a connection to this address. Does not block. */
    SocketChannel open(InetAddress peer) throws IOException;

    /**
     * Blocks until bytes can be sent to the peer; the race ends it by closing the socket. Once a socket
     * is connected, and while it stays open, the race waits for the outcome even when asked to give up.
     */
    void connect(SocketChannel socket, InetSocketAddress peer) throws IOException;
  }

  public ConnectRace(List<InetAddress> addresses, int port, Dialer dialer, MonotonicClock clock) {
    this.clock = clock;
    this.dialer = dialer;
    for (InetAddress address : interleave(addresses)) {
      candidates.add(new InetSocketAddress(address, port));
    }
  }

  /** Makes {@link #run} give up soon, as if it had never begun. Any thread; does not block. */
  public void giveUp() {
    outcomes.add(GIVEN_UP);
  }

  /** RFC 8305 § 4: the families alternate, each in the resolver's order. */
  public static List<InetAddress> interleave(List<InetAddress> addresses) {
    Deque<InetAddress> six = new ArrayDeque<>();
    Deque<InetAddress> four = new ArrayDeque<>();
    for (InetAddress address : addresses) {
      (address instanceof Inet6Address ? six : four).add(address);
    }
    List<InetAddress> order = new ArrayList<>(addresses.size());
    while (!six.isEmpty() || !four.isEmpty()) {
      if (!six.isEmpty()) {
        order.add(six.poll());
      }
      if (!four.isEmpty()) {
        order.add(four.poll());
      }
    }
    return order;
  }

  /**
   * Blocks until the first connection is established; the others are closed.
   *
   * @return null when it was asked to {@link #giveUp} before any connection was established
   * @throws IOException when all attempts have failed or the time is over: the first failure that says
   *     something about the peer, or else the first one
   * @throws InterruptedException when the attempt is cancelled; everything is closed then
   */
  @Nullable
  public SocketChannel run(Duration timeout) throws IOException, InterruptedException {
    deadline = clock.nanoTime() + timeout.toNanos();
    SocketChannel winner = null;
    try {
      winner = race();
      return winner;
    } finally {
      for (SocketChannel channel : open) {
        if (channel != winner) {
          channel.close();
        }
      }
    }
  }

  private @Nullable SocketChannel race() throws IOException, InterruptedException {
    IOException told = null;
    int running = 0;
    while (!candidates.isEmpty() || running > 0) {
      if (!candidates.isEmpty()) {
        start(candidates.poll());
        running++;
      }
      for (Outcome outcome; running > 0 && (outcome = await()) != null;) {
        if (outcome == GIVEN_UP) {
          if (isAnyConnected()) {
            continue;
          }
          return null;
        }
        running--;
        if (outcome.channel() != null) {
          return outcome.channel();
        }
        if (told == null || isNoWay(told) && !isNoWay(outcome.failure())) {
          told = outcome.failure();
        }
        if (!candidates.isEmpty()) {
          break;
        }
      }
      if (left() <= 0) {
        break;
      }
    }
    throw told == null || running > 0 && isNoWay(told)
        ? new SocketTimeoutException("Connecting timed out.")
        : told;
  }

  /**
   * Whether this machine has no IPv6, or no route to the address: then the outcome of other addresses
   * says more.
   */
  private static boolean isNoWay(@Nullable IOException failure) {
    return failure != null
        && switch (Errno.of(failure)) {
          case EAFNOSUPPORT, EADDRNOTAVAIL, ENETUNREACH -> true;
          default -> false;
        };
  }

  private boolean isAnyConnected() {
    return open.stream().anyMatch(SocketChannel::isConnected);
  }

  /** Null when it is time for the next attempt, or when all time is over. */
  private @Nullable Outcome await() throws InterruptedException {
    long wait = candidates.isEmpty() ? left() : Math.min(left(), ATTEMPT_DELAY.toNanos());
    return outcomes.poll(Math.max(0, wait), TimeUnit.NANOSECONDS);
  }

  /**
   * Any failure, even to get a descriptor or to set an option, counts for this address only: the next
   * one may do better.
   */
  private void start(InetSocketAddress address) {
    SocketChannel channel;
    try {
      channel = dialer.open(address.getAddress());
      open.add(channel);
    } catch (IOException | RuntimeException e) {
      outcomes.add(Outcome.failed(e));
      return;
    }
    Thread.ofVirtual()
        .name("iodaemon-connect")
        .start(
            () -> {
              try {
                dialer.connect(channel, address);
                outcomes.add(new Outcome(channel, null));
              } catch (IOException | RuntimeException e) {
                outcomes.add(Outcome.failed(e));
              }
            });
  }

  private long left() {
    return deadline - clock.nanoTime();
  }
}
