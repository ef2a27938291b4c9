package com.jstorrent.iodaemon.file;

import com.jstorrent.iodaemon.failure.FailureCode;
import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.stats.Stats;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/**
 * The files that are open: each once, however many use it. Only so many stay open when nobody uses
 * them; the one that was used the longest ago goes first. For threads that may block.
 */
final class OpenFiles implements AutoCloseable {

  /** What somebody wants to do with a file. */
  enum Access {
    READ,
    /** Read and write, if it exists. */
    WRITE,
    /** Read and write; the file and its folders are made if need be. */
    CREATE;

    private Set<OpenOption> options() {
      return switch (this) {
        case READ -> Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
        case WRITE ->
            Set.of(
                StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
        case CREATE ->
            Set.of(
                StandardOpenOption.READ,
                StandardOpenOption.WRITE,
                StandardOpenOption.CREATE,
                LinkOption.NOFOLLOW_LINKS);
      };
    }
  }

  private record Key(Path root, SafePath path, boolean writable) {
    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Key key
          && writable == key.writable
          && path.equals(key.path)
          && root.equals(key.root);
    }

    // What a record has by itself the JVM would put together before the first file is opened.
    @Override
    public int hashCode() {
      return 31 * path.hashCode() + (writable ? 1 : 0);
    }
  }

  private static final class Entry {
    private final SharedFile file;
    private int users = 1; // guarded by the lock
    private boolean forgotten; // guarded by the lock; the last user closes it

    private Entry(SharedFile file) {
      this.file = file;
    }
  }

  private final int capacity;
  private final Stats stats;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<Key, Entry> entries = new LinkedHashMap<>(16, 0.75f, true); // by lock
  private final FileLength.Registry lengths = new FileLength.Registry();
  private boolean closed; // guarded by the lock
  private final ReentrantLock scarcity = new ReentrantLock(); // taken before the lock

  /**
   * @param capacity how many may be open
   */
  OpenFiles(int capacity, Stats stats) {
    this.capacity = capacity;
    this.stats = stats;
  }

  /** Somebody's use of an open file; close it, from any thread. */
  final class Use implements AutoCloseable {
    private final Entry entry;

    private Use(Entry entry) {
      this.entry = entry;
    }

    SharedFile file() {
      return entry.file;
    }

    @Override
    public void close() {
      release(entry);
    }
  }

  /**
   * Finds a file among those that are open, or opens it.
   *
   * @throws OperationFailure EROOT, EINVAL, ENOENT, EACCES, EISDIR, ENOTDIR, ENOSPC or EBUSY
   */
  Use use(FilePlace place, Access access) throws OperationFailure {
    Entry known = known(place, true);
    if (known == null && access == Access.READ) {
      known = known(place, false);
    }
    return new Use(known != null ? known : open(place, access));
  }

  private @Nullable Entry known(FilePlace place, boolean writable) {
    Entry entry;
    lock.lock();
    try {
      entry = entries.get(key(place, writable));
      if (entry == null) {
        return null;
      }
      entry.users++;
    } finally {
      lock.unlock();
    }
    if (entry.file.isCurrent()) {
      return entry;
    }
    Entry stale = entry;
    forget((key, each) -> each == stale);
    release(entry);
    return null;
  }

  private static Key key(FilePlace place, boolean writable) {
    return new Key(place.root().path(), place.path(), writable);
  }

  private Entry open(FilePlace place, Access access) throws OperationFailure {
    SharedFile file;
    try {
      file = openFile(place, access);
    } catch (OperationFailure e) {
      if (e.code() != FailureCode.EBUSY) {
        throw e;
      }
      file = openAfterMakingRoom(place, access);
    }
    Entry entry = new Entry(file);
    stats.increment(Counter.OPEN_FILES);
    List<SharedFile> over = new ArrayList<>();
    lock.lock();
    try {
      Key key = key(place, access != Access.READ);
      Entry other = entries.get(key);
      if (other != null) { // somebody else has opened it meanwhile
        other.users++;
        over.add(file);
        entry = other;
      } else if (closed) {
        entry.forgotten = true;
      } else {
        entries.put(key, entry);
        shrink(over);
      }
    } finally {
      lock.unlock();
    }
    over.forEach(this::close);
    return entry;
  }

  /**
   * No descriptor was left; files that nobody uses are not needed. One thread after the other: what
   * one has taken from the table and is still closing, another could neither find nor do without.
   */
  private SharedFile openAfterMakingRoom(FilePlace place, Access access)
      throws OperationFailure {
    scarcity.lock();
    try {
      forget((key, entry) -> entry.users == 0);
      return openFile(place, access);
    } finally {
      scarcity.unlock();
    }
  }

  private SharedFile openFile(FilePlace place, Access access) throws OperationFailure {
    FolderWalk walk =
        access == Access.CREATE ? FolderWalk.making(place) : FolderWalk.to(place);
    return walk.then(
        (folder, name) -> {
          FileChannel channel = folder.openFile(name, access.options());
          try {
            Object fileKey = folder.attributes(name).fileKey();
            Path named = NameCodec.resolve(place.root().path(), place.path().components());
            Path real = NameCodec.resolve(folder.place(), name);
            FileLength length = lengths.join(fileKey == null ? real : fileKey);
            return new SharedFile(channel, named, real, fileKey, length);
          } catch (IOException e) {
            channel.close();
            throw e;
          }
        });
  }

  private void release(Entry entry) {
    List<SharedFile> over = new ArrayList<>(0);
    lock.lock();
    try {
      entry.users--;
      if (entry.users == 0 && entry.forgotten) {
        over.add(entry.file);
      } else {
        shrink(over);
      }
    } finally {
      lock.unlock();
    }
    over.forEach(this::close);
  }

  /** Under the lock; the files are closed without it. */
  private void shrink(List<SharedFile> over) {
    Iterator<Entry> oldest = entries.values().iterator();
    while (entries.size() > capacity && oldest.hasNext()) {
      Entry entry = oldest.next();
      if (entry.users == 0) {
        oldest.remove();
        drop(entry, over);
      }
    }
  }

  private static void drop(Entry entry, List<SharedFile> over) {
    entry.forgotten = true;
    if (entry.users == 0) {
      over.add(entry.file);
    }
  }

  /** Whoever uses the file, or what is in the folder, goes on; nobody else gets the same channel. */
  void forget(FilePlace place) {
    forget(
        (key, entry) -> key.root().equals(place.root().path())
            && place.path().contains(key.path()));
  }

  private void forget(BiPredicate<Key, Entry> which) {
    List<SharedFile> over = new ArrayList<>();
    lock.lock();
    try {
      Iterator<Map.Entry<Key, Entry>> all = entries.entrySet().iterator();
      while (all.hasNext()) {
        Map.Entry<Key, Entry> each = all.next();
        if (which.test(each.getKey(), each.getValue())) {
          all.remove();
          drop(each.getValue(), over);
        }
      }
    } finally {
      lock.unlock();
    }
    over.forEach(this::close);
  }

  private void close(SharedFile file) {
    stats.decrement(Counter.OPEN_FILES);
    file.close();
    lengths.leave(file.length());
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
    } finally {
      lock.unlock();
    }
    forget((key, entry) -> true);
  }
}
