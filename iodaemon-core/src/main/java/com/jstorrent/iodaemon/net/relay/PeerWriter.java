package com.jstorrent.iodaemon.net.relay;

import com.jstorrent.iodaemon.time.MonotonicClock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that writes queued bytes to peers which did not take them at once, and shuts sockets
 * down gracefully. It never blocks, so one is enough for all clients.
 */
public final class PeerWriter implements SelectorLoop.Handler, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PeerWriter.class);
  private static final int DISCARD_BYTES = 64 << 10;

  /** A socket that its client has closed, and that has a limited time to shut down gracefully. */
  public interface Lingering {
    /** The client that it belongs to. */
    Object client();

    /** Its time is over, or the daemon ends. */
    void lingerIsOver();
  }

  private final MonotonicClock clock;
  private final SelectorLoop loop = new SelectorLoop();
  private final ByteBuffer discarded = ByteBuffer.allocateDirect(DISCARD_BYTES);
  private final Map<Lingering, Long> lingering = new HashMap<>(); // deadlines; own thread only
  private long nextDeadline = Long.MAX_VALUE; // own thread only; may be too early, never too late
  private final Consumer<Throwable> onFailure;
  private boolean started; // start and close are called under one lock, the daemon's

  /**
   * @param onFailure is told when the thread ends although the daemon has not asked for it
   */
  public PeerWriter(MonotonicClock clock, Consumer<Throwable> onFailure) throws IOException {
    this.clock = clock;
    this.onFailure = onFailure;
  }

  /** Starts the thread; to be called once. Tasks that were posted before run first. */
  public void start() {
    started = true;
    Thread.ofPlatform().daemon().name("iodaemon-peer-writer").start(this::run);
  }

  /** See {@link SelectorLoop#post}. */
  public void post(Runnable task) {
    loop.post(task);
  }

  /**
   * Sets which events of a channel to wait for: a set of {@link SelectionKey} operations. Own thread
   * only.
   *
   * @throws CancelledKeyException when another thread has closed the channel
   * @throws ClosedSelectorException when the daemon has ended
   */
  public void waitFor(SelectableChannel channel, int operations, Selectable server) {
    SelectionKey key = loop.key(channel);
    if (key != null) {
      key.interestOps(operations);
    } else if (operations != 0 && loop.register(channel, operations, server) == null) {
      throw new CancelledKeyException();
    }
  }

  /** A buffer for bytes that no client wants. Own thread only. */
  public ByteBuffer discarded() {
    return discarded.clear();
  }

  /**
   * Gives the socket {@code time} to end, counted from now on. Any thread.
   *
   * @param first runs on this writer's thread once the time is being counted
   */
  public void linger(Lingering socket, Duration time, Runnable first) {
    long deadline = clock.nanoTime() + time.toNanos();
    post(
        () -> {
          lingering.put(socket, deadline);
          nextDeadline = Math.min(nextDeadline, deadline);
          first.run();
        });
  }

  /** Own thread only. */
  public boolean isLingering(Lingering socket) {
    return lingering.containsKey(socket);
  }

  /** Called when the socket has ended; returns whether it was lingering. Own thread only. */
  public boolean endLinger(Lingering socket) {
    return lingering.remove(socket) != null;
  }

  /**
   * Limits the time that the lingering sockets of a client still have to {@code time}, because its connection has ended.
   * Any thread.
   */
  public void limitLinger(Object client, Duration time) {
    long deadline = clock.nanoTime() + time.toNanos();
    post(
        () -> {
          lingering.replaceAll(
              (socket, until) -> socket.client() == client ? Math.min(until, deadline) : until);
          nextDeadline = Math.min(nextDeadline, deadline);
        });
  }

  public void wakeUp() {
    loop.wakeUp();
  }

  @Override
  public void close() {
    loop.end();
    if (!started) {
      loop.close();
    }
  }

  private void run() {
    try {
      loop.run(this);
    } catch (IOException | RuntimeException | Error e) {
      LOG.error("The thread that writes to peers has ended.", e);
      onFailure.accept(e);
    } finally {
      List.copyOf(lingering.keySet()).forEach(Lingering::lingerIsOver);
      loop.close();
    }
  }

  @Override
  public void bulkNext() {}

  @Override
  public void roundOver() {
    long now = clock.nanoTime();
    if (now < nextDeadline) {
      return;
    }
    nextDeadline = Long.MAX_VALUE;
    for (Map.Entry<Lingering, Long> entry : List.copyOf(lingering.entrySet())) {
      if (entry.getValue() <= now) {
        entry.getKey().lingerIsOver();
      } else {
        nextDeadline = Math.min(nextDeadline, entry.getValue());
      }
    }
  }

  @Override
  public long waitMillis() {
    return nextDeadline == Long.MAX_VALUE
        ? 0
        : Math.max(1, TimeUnit.NANOSECONDS.toMillis(nextDeadline - clock.nanoTime()) + 1);
  }

  @Override
  public boolean paused() {
    return false;
  }

  @Override
  public void idle() {}

  @Override
  public boolean expectsChannels() {
    return true;
  }
}
