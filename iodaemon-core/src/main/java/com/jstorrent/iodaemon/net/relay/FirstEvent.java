package com.jstorrent.iodaemon.net.relay;

import com.jstorrent.iodaemon.frame.DaemonFrame;
import org.jspecify.annotations.Nullable;

/**
 * Whether the first event of one socket may be sent yet: not while its announcement is on its way to
 * the client ({@link Announcements}). Used by the relay's thread only, except {@link #onClientFrame}.
 */
public final class FirstEvent {
  private final Announcements announcements;
  private volatile Announcements.@Nullable Announcement pending; // written by the relay

  public FirstEvent(Announcements announcements) {
    this.announcements = announcements;
  }

  /**
   * Tells the client of the socket.
   *
   * @param frame TCP_CONNECTED or TCP_ACCEPT
   * @param mayFollow runs when events may follow
   */
  public void announce(DaemonFrame frame, Runnable mayFollow) {
    Announcements.Announcement announcement =
        announcements.prepare(
            () -> {
              pending = null;
              mayFollow.run();
            });
    pending = announcement; // first: the client may answer as soon as it has the frame
    announcement.make(frame);
  }

  /** Runs a task now, or once the first event may be sent. */
  public void whenAllowed(Runnable task) {
    Announcements.Announcement announcement = pending;
    if (announcement == null) {
      task.run();
    } else {
      announcement.afterwards(task);
    }
  }

  /** The client has sent a frame for the socket, so it listens. Any thread. */
  public void onClientFrame() {
    Announcements.Announcement announcement = pending;
    if (announcement != null) {
      announcement.onClientFrame();
    }
  }
}
