package com.jstorrent.iodaemon.file;

import com.jstorrent.iodaemon.time.MonotonicClock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the download roots now and then, while somebody wants to know, and tells when they are
 * others, when one comes or goes, and when one is full or no longer full. Looking happens on virtual
 * threads, one look at a time: a dead disk may hold it up for long. Thread-safe.
 */
public final class RootWatch {
  private static final Logger LOG = LoggerFactory.getLogger(RootWatch.class);

  private final FolderService folders;
  private final Duration interval;
  private final MonotonicClock clock;
  private final ReentrantLock lock = new ReentrantLock();
  private Consumer<List<RootStatus>> listener = roots -> {}; // guarded by lock
  private List<DownloadRoot> roots = List.of(); // guarded by lock; those that were told of last
  private @Nullable List<RootStatus> known; // guarded by lock; null before the first look
  private boolean wanted; // guarded by lock
  private boolean looking; // guarded by lock
  private boolean again; // guarded by lock; what the look finds is out of date
  private int round; // guarded by lock; a look that was planned before the last change means nothing

  /**
   * @param interval between two looks
   */
  public RootWatch(FolderService folders, Duration interval, MonotonicClock clock) {
    this.folders = folders;
    this.interval = interval;
    this.clock = clock;
  }

  /** Looks at all roots now; blocks as long as their disks do. */
  public List<RootStatus> look() {
    return folders.roots().stream().map(folders::status).toList();
  }

  /** The roots that there are now, whatever they are like. Does not block. */
  public List<DownloadRoot> current() {
    return folders.roots();
  }

  /**
   * Begins to watch, or goes on with it for one more who wants to know.
   *
   * @param since what {@link #current} was when that one could last have asked; if it is out of date,
   *     the change is told
   * @param onChange is told all roots when one has changed; on a virtual thread
   */
  public void begin(List<DownloadRoot> since, Consumer<List<RootStatus>> onChange) {
    lock.lock();
    try {
      if (wanted && since.equals(current())) {
        return;
      }
      if (!wanted) {
        wanted = true;
        known = null;
      }
      listener = onChange;
      roots = since;
    } finally {
      lock.unlock();
    }
    lookAside();
  }

  public void end() {
    lock.lock();
    try {
      wanted = false;
      round++;
    } finally {
      lock.unlock();
    }
  }

  /** Looks now and not later: the set of roots has been replaced. Does not block. */
  public void lookAside() {
    lock.lock();
    try {
      if (!wanted || looking) {
        again = looking;
        return;
      }
      looking = true;
    } finally {
      lock.unlock();
    }
    Thread.ofVirtual().name("iodaemon-roots").start(this::lookAndTell);
  }

  private void lookAndTell() {
    try {
      tell(look());
    } catch (RuntimeException e) { // of a file system or a listener; the next look may do better
      LOG.error("Looking at the download roots failed because of a defect.", e);
    } finally {
      goOn();
    }
  }

  private void tell(List<RootStatus> now) {
    Consumer<List<RootStatus>> told;
    lock.lock();
    try {
      if (again) {
        return;
      }
      told = wanted && hasChanged(now) ? listener : unused -> {};
      known = now;
      roots = now.stream().map(RootStatus::root).toList();
    } finally {
      lock.unlock();
    }
    told.accept(now);
  }

  /** Only now: of two looks the later one must be told last. */
  private void goOn() {
    boolean repeat;
    int planned;
    lock.lock();
    try {
      looking = false;
      repeat = again;
      again = false;
      planned = ++round;
    } finally {
      lock.unlock();
    }
    if (repeat) {
      lookAside();
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
    lookAside();
  }

  /** Under the lock. */
  private boolean hasChanged(List<RootStatus> now) {
    List<RootStatus> before = known;
    if (!roots.equals(now.stream().map(RootStatus::root).toList())) {
      return true;
    }
    if (before == null) {
      return false;
    }
    for (int i = 0; i < now.size(); i++) {
      if (now.get(i).differsFrom(before.get(i))) {
        return true;
      }
    }
    return false;
  }
}
