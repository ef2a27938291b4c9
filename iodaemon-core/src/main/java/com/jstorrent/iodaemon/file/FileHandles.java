package com.jstorrent.iodaemon.file;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.event.DaemonListener;
import com.jstorrent.iodaemon.event.SessionInfo;
import com.jstorrent.iodaemon.failure.FailureCode;
import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.memory.MemoryAccount;
import com.jstorrent.iodaemon.memory.MemoryBudget;
import com.jstorrent.iodaemon.memory.MemoryUse;
import com.jstorrent.iodaemon.memory.Share;
import com.jstorrent.iodaemon.memory.heap.HeapSize;
import com.jstorrent.iodaemon.random.RandomId;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.stats.live.Stats;
import com.jstorrent.iodaemon.time.MonotonicClock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The file handles of all clients (PROTOCOL.md § 5.2). Those of a named session are closed when it
 * has been without a connection for the grace period. Thread-safe.
 */
public final class FileHandles implements DaemonListener {
  /** What a handle takes on the heap, in bytes, besides its path and the name of its session. */
  private static final long HANDLE_BYTES = 400;

  /** How many expired sessions are remembered; one that has been forgotten counts as new. */
  private static final int EXPIRED_SESSIONS = 1024;

  private final FileService files;
  private final Limits limits;
  private final Stats stats;
  private final MonotonicClock clock;
  private final MemoryAccount memory;
  private final ConcurrentMap<String, FileHandle> handles = new ConcurrentHashMap<>();
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, Integer> connections = new HashMap<>(); // number by session; guarded by lock
  private final Map<String, Grace> graces = new HashMap<>(); // guarded by lock; by session
  private final Set<String> expired = new LinkedHashSet<>(); // guarded by lock; sessions whose grace is over
  private final Set<FileHandle> inUse = // guarded by lock; closed ones that a request may still have
      Collections.newSetFromMap(new WeakHashMap<>());

  /**
   * @param memory what handles take their memory from
   */
  public FileHandles(
      FileService files, Limits limits, Stats stats, MonotonicClock clock, MemoryBudget memory) {
    this.files = files;
    this.limits = limits;
    this.stats = stats;
    this.clock = clock;
    this.memory = memory.open(Share.COMMON); // never given up: only clients know which handles they need
  }

  /** The time for which the handles of a session without a connection are kept. */
  private static final class Grace {
    private MonotonicClock.@Nullable Scheduled end; // guarded by the lock of the handles
  }

  /** A new handle, and the size of its file in bytes at that time. */
  public record Opened(FileHandle handle, long size) {}

  /**
   * Opens a file.
   *
   * @param session the session that owns the handle; null if the handle lives until it is closed
   * @throws OperationFailure as opening does, or EBUSY when there are too many handles
   */
  public Opened open(FileLocation location, FileHandle.Mode mode, @Nullable String session)
      throws OperationFailure {
    if (handles.size() >= limits.fileHandles()) {
      throw new OperationFailure(
          FailureCode.EBUSY, "Too many files are open; close some of them.");
    }
    long bytes = heapBytes(location, session);
    if (!memory.tryTake(MemoryUse.HANDLES, bytes)) {
      throw new OperationFailure(
          FailureCode.EBUSY,
          "There is no memory for another open file; close some of them, or try again in a moment.");
    }
    FileHandle handle = new FileHandle(RandomId.draw(), location, mode, session);
    handles.put(handle.id(), handle); // first, so that a concurrent rename updates it
    stats.increment(Counter.FILE_HANDLES);
    boolean opened = false;
    endIfExpired(session);
    try (OpenFile file =
        mode == FileHandle.Mode.READ
            ? files.openForReading(handle)
            : files.openForWriting(handle, mode == FileHandle.Mode.CREATE)) {
      long size = file.size();
      opened = true;
      return new Opened(handle, size);
    } finally {
      if (!opened) {
        close(handle);
      }
    }
  }

  /** A handle of a session that has already expired is closed after another grace period. */
  private void endIfExpired(@Nullable String session) {
    lock.lock();
    try {
      if (session != null && expired.remove(session)) {
        beginGrace(session);
      }
    } finally {
      lock.unlock();
    }
  }

  private static long heapBytes(FileLocation location, @Nullable String session) {
    long name = session == null ? 0 : HeapSize.of(session);
    return HANDLE_BYTES + name + location.path().heapBytes();
  }

  /**
   * @throws OperationFailure ENOENT when there is no such handle
   */
  public FileHandle require(String id) throws OperationFailure {
    FileHandle handle = handles.get(id);
    if (handle == null) {
      throw unknown();
    }
    return handle;
  }

  static OperationFailure unknown() {
    return new OperationFailure(
        FailureCode.ENOENT, "There is no such file handle; it may have been closed.");
  }

  /**
   * Closes a handle and waits for the writes in progress through it. Those writes and the reads in
   * progress go on, and a rename meanwhile does not affect them.
   *
   * @throws OperationFailure ENOENT when there is no such handle
   */
  public void close(String id) throws OperationFailure {
    FileHandle handle = require(id);
    close(handle);
    handle.awaitWrites();
  }

  private void close(FileHandle handle) {
    long bytes = 0;
    lock.lock();
    try {
      if (handles.remove(handle.id(), handle)) {
        inUse.add(handle);
        bytes = heapBytes(handle.location(), handle.session());
        stats.decrement(Counter.FILE_HANDLES);
      }
    } finally {
      lock.unlock();
    }
    memory.release(MemoryUse.HANDLES, bytes);
    handle.close();
  }

  /** Updates the handles of a file that was renamed, or of the files in a renamed folder. */
  public void renamed(FileLocation from, FileLocation to) {
    for (FileHandle handle : all()) {
      FileLocation location = handle.location();
      if (location.root().path().equals(from.root().path())
          && from.path().contains(location.path())) {
        move(
            handle,
            new FileLocation(location.root(), from.path().moved(location.path(), to.path())));
      }
    }
  }

  private List<FileHandle> all() {
    List<FileHandle> all = new ArrayList<>();
    lock.lock(); // because a close moves a handle from one collection to the other
    try {
      all.addAll(inUse);
      all.addAll(handles.values());
    } finally {
      lock.unlock();
    }
    return all;
  }

  /** The file has already been renamed, so the handle gets the memory for a longer path unconditionally. */
  private void move(FileHandle handle, FileLocation target) {
    long more = 0;
    lock.lock();
    try {
      if (handles.containsKey(handle.id())) {
        more = target.path().heapBytes() - handle.location().path().heapBytes();
      }
      handle.moveTo(target);
    } finally {
      lock.unlock();
    }
    if (more > 0) {
      memory.take(MemoryUse.HANDLES, more);
    } else {
      memory.release(MemoryUse.HANDLES, -more);
    }
  }

  @Override
  public void onSessionOpened(SessionInfo session) {
    String name = session.name();
    if (name == null) {
      return;
    }
    lock.lock();
    try {
      connections.merge(name, 1, Integer::sum);
      expired.remove(name);
      Grace grace = graces.remove(name);
      if (grace != null && grace.end != null) {
        grace.end.cancel();
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void onSessionClosed(SessionInfo session) {
    String name = session.name();
    if (name == null) {
      return;
    }
    lock.lock();
    try {
      Integer left =
          connections.computeIfPresent(name, (key, count) -> count > 1 ? count - 1 : null);
      if (left == null) {
        beginGrace(name);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Called with the lock held. */
  private void beginGrace(String session) {
    Grace grace = new Grace();
    grace.end =
        clock.schedule(
            limits.handleGrace(),
            () -> Thread.ofVirtual().name("iodaemon-expiry").start(() -> expire(session, grace)));
    graces.put(session, grace);
  }

  private void expire(String session, Grace grace) {
    List<FileHandle> left = new ArrayList<>();
    lock.lock();
    try {
      if (!graces.remove(session, grace)) {
        return; // the session has reconnected just in time, and may have got another grace since
      }
      left.addAll(handles.values()); // handles opened after this find the session expired
      expired.add(session);
      if (expired.size() > EXPIRED_SESSIONS) {
        Iterator<String> oldest = expired.iterator();
        oldest.next();
        oldest.remove();
      }
    } finally {
      lock.unlock();
    }
    left.stream()
        .filter(handle -> session.equals(handle.session()))
        .forEach(this::close); // without waiting: a write may take as long as its client likes
  }
}
