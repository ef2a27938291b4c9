package com.jstorrent.iodaemon.file;

import com.jstorrent.iodaemon.config.DownloadRoot;
import com.jstorrent.iodaemon.stats.RootStatus;
import com.jstorrent.iodaemon.time.MonotonicClock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks the download roots periodically while a client wants to know, and reports when the set
 * changes, when a root becomes available or unavailable, and when one becomes full or is no longer
 * full. Checks run on virtual threads, one at a time, because a disk that hangs may block them for
 * long. Thread-safe.
 */
public final class RootWatch {
  private static final Logger LOG = LoggerFactory.getLogger(RootWatch.class);

  private final FolderService folders;
  private final Duration interval;
  private final MonotonicClock clock;
  private final ReentrantLock lock = new ReentrantLock();
  private Consumer<List<RootStatus>> listener = roots -> {}; // guarded by lock
  private List<DownloadRoot> roots = List.of(); // guarded by lock; as last reported
  private @Nullable List<RootStatus> known; // guarded by lock; null before the first check
  private boolean active; // guarded by lock
  private boolean checking; // guarded by lock
  private boolean again; // guarded by lock; the check in progress is out of date
  private int round; // guarded by lock; a check that was scheduled in an earlier round is skipped

  /**
   * @param interval between two checks
   */
  public RootWatch(FolderService folders, Duration interval, MonotonicClock clock) {
    this.folders = folders;
    this.interval = interval;
    this.clock = clock;
  }

  /** Checks all roots now; blocks as long as their disks do. */
  public List<RootStatus> check() {
    return folders.roots().stream().map(folders::status).toList();
  }

  /** The configured roots, whatever their state. Does not block. */
  public List<DownloadRoot> current() {
    return folders.roots();
  }

  /**
   * Starts watching, or continues for one more client.
   *
   * @param since what {@link #current} was when the client last could have asked; if that is out of
   *     date, the change is reported
   * @param onChange receives all roots when one has changed; called on a virtual thread
   */
  public void begin(List<DownloadRoot> since, Consumer<List<RootStatus>> onChange) {
    lock.lock();
    try {
      if (active && since.equals(current())) {
        return;
      }
      if (!active) {
        active = true;
        known = null;
      }
      listener = onChange;
      roots = since;
    } finally {
      lock.unlock();
    }
    checkInBackground();
  }

  public void end() {
    lock.lock();
    try {
      active = false;
      round++;
    } finally {
      lock.unlock();
    }
  }

  /** Starts a check now, because the set of roots was replaced. Does not block. */
  public void checkInBackground() {
    lock.lock();
    try {
      if (!active || checking) {
        again = checking;
        return;
      }
      checking = true;
    } finally {
      lock.unlock();
    }
    Thread.ofVirtual().name("iodaemon-roots").start(this::checkAndReport);
  }

  private void checkAndReport() {
    try {
      report(check());
    } catch (RuntimeException e) { // of a file system or a listener; the next check may succeed
      LOG.error("Checking the download roots failed because of a defect.", e);
    } finally {
      scheduleNext();
    }
  }

  private void report(List<RootStatus> now) {
    Consumer<List<RootStatus>> told;
    lock.lock();
    try {
      if (again) {
        return;
      }
      told = active && hasChanged(now) ? listener : unused -> {};
      known = now;
      roots = now.stream().map(RootStatus::root).toList();
    } finally {
      lock.unlock();
    }
    told.accept(now);
  }

  /**
   * Schedules the next check only after this one was reported, so that reports keep their order.
   */
  private void scheduleNext() {
    boolean repeat;
    int planned;
    lock.lock();
    try {
      checking = false;
      repeat = again;
      again = false;
      planned = ++round;
    } finally {
      lock.unlock();
    }
    if (repeat) {
      checkInBackground();
    } else {
      clock.schedule(interval, () -> due(planned));
    }
  }

  private void due(int planned) {
    lock.lock();
    try {
      if (planned != round) {
        return;
      }
    } finally {
      lock.unlock();
    }
    checkInBackground();
  }

  /** Called with the lock held. */
  private boolean hasChanged(List<RootStatus> now) {
    List<RootStatus> before = known;
    if (!roots.equals(now.stream().map(RootStatus::root).toList())) {
      return true;
    }
    if (before == null) {
      return false;
    }
    for (int i = 0; i < now.size(); i++) {
      if (differs(now.get(i), before.get(i))) {
        return true;
      }
    }
    return false;
  }

  /** Whether clients are to be told of the difference between two states of one root. */
  private static boolean differs(RootStatus now, RootStatus earlier) {
    return now.available() != earlier.available() || now.full() != earlier.full();
  }
}
