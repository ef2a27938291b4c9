package com.jstorrent.iodaemon.net;

import com.jstorrent.iodaemon.config.Limits;
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
 * <p>Belongs to the relay's thread.
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

    /** Runs a task as soon as the socket may speak. */
    void then(SelectorLoop.Task task) {
      waiting.add(task);
    }
  }

  private final Opener opener;
  private final Queue<Announcement> unwritten = new ArrayDeque<>();
  private final Queue<Announcement> written = new ArrayDeque<>(); // by the time they are due

  Announcements(Opener opener) {
    this.opener = opener;
  }

  /** The frame that announces this socket has been given to the connection. */
  void add(TcpSocket socket) {
    Announcement announcement = new Announcement(socket);
    unwritten.add(announcement);
    socket.announced(announcement);
  }

  /**
   * All that was given to the connection has been written.
   *
   * @return whether there were announcements among it; {@link #openDue} has to follow
   */
  boolean flushed(long now) {
    if (unwritten.isEmpty()) {
      return false;
    }
    for (Announcement next; (next = unwritten.poll()) != null;) {
      next.due = now + Limits.FIRST_EVENT_DELAY.toNanos();
      written.add(next);
    }
    return true;
  }

  /** Another connection goes on: what was written to the last one counts as unwritten. */
  void restart() {
    unwritten.addAll(written);
    written.clear();
  }

  /** Lets those sockets speak whose time has come. */
  void openDue(long now) throws IOException {
    for (Announcement next; (next = written.peek()) != null && now - next.due >= 0;) {
      open(next);
    }
  }

  /** Lets one socket speak; its announcement must have been {@linkplain #flushed written}. */
  void open(Announcement announcement) throws IOException {
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
