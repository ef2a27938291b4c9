package com.jstorrent.iodaemon.net.relay;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.time.MonotonicClock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Announces sockets by TCP_CONNECTED and TCP_ACCEPT, and delays their first event. The first event of a
 * socket must not be sent in the write that carries its announcement (PROTOCOL.md § 4.2): many
 * WebSocket libraries deliver all frames of one chunk before the code that awaited the connect can
 * listen. So a socket is not read until its client has sent a frame for it, or
 * {@link Limits#FIRST_EVENT_DELAY} has passed since the write; reports about it wait as well. Other
 * sockets do not wait.
 *
 * <p>Used by the relay's thread only, except {@link Announcement#onClientFrame}.
 */
public final class Announcements {
  private final ClientWriter client;
  private final SelectorLoop loop;
  private final MonotonicClock clock;
  private final Queue<Announcement> unwritten = new ArrayDeque<>();
  private final Queue<Announcement> written = new ArrayDeque<>(); // in the order in which they are due

  public Announcements(ClientWriter client, SelectorLoop loop, MonotonicClock clock) {
    this.client = client;
    this.loop = loop;
    this.clock = clock;
  }

  /** One socket between its announcement and its first event. */
  public final class Announcement {
    private final Runnable opener;
    private final List<Runnable> waiting = new ArrayList<>(1);
    private final AtomicBoolean hasClientFrame = new AtomicBoolean();
    private volatile boolean isWritten; // changed by the relay
    private long due;
    private boolean over;

    private Announcement(Runnable opener) {
      this.opener = opener;
    }

    /**
     * Tells the client of an established connection.
     *
     * @param frame TCP_CONNECTED or TCP_ACCEPT
     */
    void make(DaemonFrame frame) {
      client.write(frame);
      unwritten.add(this);
    }

    /**
     * The client has sent a frame for the socket, so it listens to it; unless the frame came before the client could
     * know of the connection. Any thread.
     */
    void onClientFrame() {
      if (isWritten && hasClientFrame.compareAndSet(false, true)) { // once only: while the relay waits for the client, tasks would pile up
        loop.post(this::openNow);
      }
    }

    /** Runs something once the first event of the socket may leave. */
    void afterwards(Runnable task) {
      waiting.add(task);
    }

    private void openNow() {
      if (!over && isWritten) { // else another connection has taken over, and the delay begins again
        open();
      }
    }

    private void open() {
      over = true;
      unwritten.remove(this); // still there if there is no connection now
      written.remove(this);
      opener.run();
      waiting.forEach(Runnable::run);
    }
  }

  /**
   * An announcement that is not made yet.
   *
   * @param opener begins to read the socket
   */
  Announcement prepare(Runnable opener) {
    return new Announcement(opener);
  }

  /**
   * Flushes everything that was given to the connection, and starts the delay of the sockets that it
   * announces.
   */
  public void flush() {
    client.flush();
    if (!unwritten.isEmpty() && client.isConnected()) {
      long due = clock.nanoTime() + Limits.FIRST_EVENT_DELAY.toNanos();
      for (Announcement each : unwritten) {
        each.due = due;
        each.isWritten = true;
      }
      written.addAll(unwritten);
      unwritten.clear();
      clock.schedule(Limits.FIRST_EVENT_DELAY, () -> loop.post(this::openDue));
    }
  }

  /** Called when another connection takes over: what was written to the last one counts as unwritten. */
  public void restart() {
    for (Announcement each : written) {
      each.isWritten = false;
      unwritten.add(each);
    }
    written.clear();
  }

  /**
   * Runs what waits, written or not, once the loop has ended: no further connection comes, and these
   * tasks release things.
   */
  public void close() {
    restart();
    for (Announcement next; (next = unwritten.poll()) != null;) {
      next.open();
    }
  }

  private void openDue() {
    if (!client.isConnected()) {
      return; // what was written may be lost, and is written again after RESUME
    }
    long now = clock.nanoTime();
    for (Announcement next; (next = written.peek()) != null && now - next.due >= 0;) {
      next.open();
    }
  }
}
