package com.jstorrent.iodaemon.net;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.time.MonotonicClock;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Queue;

/**
 * The sockets that a client is being told of. The first event of a socket must not leave in the write
 * that carries its TCP_CONNECTED or TCP_ACCEPT (PROTOCOL.md § 4.2): many WebSocket libraries deliver
 * all frames of one chunk before the code that awaited the connect can listen. So a socket is not read
 * until its client has sent it a frame, or for {@link Limits#FIRST_EVENT_DELAY} after the write; what
 * would be reported meanwhile waits with it. Other sockets do not wait.
 *
 * <p>Belongs to the relay's thread, but for {@link #heardFrom}.
 */
final class Announcements {

  /** What begins when a socket may speak. */
  @FunctionalInterface
  interface Opener {
    void open(TcpSocket socket) throws IOException;
  }

  /** One socket between its announcement and its first event. */
  static final class Announcement {
    private final TcpSocket socket;
    private final List<SelectorLoop.Task> waiting = new ArrayList<>(1);
    private long due;

    private Announcement(TcpSocket socket) {
      this.socket = socket;
    }
  }

  private final ClientWriter client;
  private final SelectorLoop loop;
  private final MonotonicClock clock;
  private final Opener opener;
  private final Queue<Announcement> unwritten = new ArrayDeque<>();
  private final Queue<Announcement> written = new ArrayDeque<>(); // by the time they are due

  Announcements(ClientWriter client, SelectorLoop loop, MonotonicClock clock, Opener opener) {
    this.client = client;
    this.loop = loop;
    this.clock = clock;
    this.opener = opener;
  }

  /**
   * Tells the client of a connection that stands.
   *
   * @param frame TCP_CONNECTED or TCP_ACCEPT
   */
  void announce(TcpSocket socket, DaemonFrame frame) throws IOException {
    client.write(frame);
    Announcement announcement = new Announcement(socket);
    unwritten.add(announcement);
    socket.announced(announcement);
  }

  /** The client has sent a frame for this socket, so it listens to it. Any thread. */
  void heardFrom(TcpSocket socket) {
    loop.post(() -> openNow(socket));
  }

  private void openNow(TcpSocket socket) throws IOException {
    Announcement announcement = socket.announcement();
    if (announcement != null) {
      try {
        flush();
      } finally {
        open(announcement);
      }
    }
  }

  /** Runs something now, or when the first event of the socket may leave. */
  void whenHeard(TcpSocket socket, SelectorLoop.Task task) throws IOException {
    Announcement announcement = socket.announcement();
    if (announcement == null) {
      task.run();
    } else {
      announcement.waiting.add(task);
    }
  }

  /** Writes everything that was given to the connection, and begins the delay of those announced in it. */
  void flush() throws IOException {
    try {
      client.flush();
    } finally {
      if (!unwritten.isEmpty()) {
        long due = clock.nanoTime() + Limits.FIRST_EVENT_DELAY.toNanos();
        unwritten.forEach(each -> each.due = due);
        written.addAll(unwritten);
        unwritten.clear();
        clock.schedule(Limits.FIRST_EVENT_DELAY, () -> loop.post(this::openDue));
      }
    }
  }

  /** Another connection goes on: what was written to the last one counts as unwritten. */
  void restart() {
    unwritten.addAll(written);
    written.clear();
  }

  private void openDue() throws IOException {
    long now = clock.nanoTime();
    for (Announcement next; (next = written.peek()) != null && now - next.due >= 0;) {
      open(next);
    }
  }

  /** Lets one socket speak, whose announcement has been written. */
  private void open(Announcement announcement) throws IOException {
    written.remove(announcement);
    announcement.socket.mayBeHeard();
    try {
      opener.open(announcement.socket);
    } finally {
      runAll(announcement.waiting.iterator());
    }
  }

  /** One that fails, since the connection has broken, must not keep others from releasing things. */
  private static void runAll(Iterator<SelectorLoop.Task> tasks) throws IOException {
    if (tasks.hasNext()) {
      try {
        tasks.next().run();
      } finally {
        runAll(tasks);
      }
    }
  }
}
