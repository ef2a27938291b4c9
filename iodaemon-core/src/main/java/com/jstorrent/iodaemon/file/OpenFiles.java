package com.jstorrent.iodaemon.file;

import com.jstorrent.iodaemon.failure.FailureCode;
import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.stats.live.Stats;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens files and keeps them open for later requests. A file is opened once, however many requests
 * use it. {@link OpenFileTable} decides which unused files stay open. Methods block.
 */
final class OpenFiles implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(OpenFiles.class);

  /** What a request wants to do with a file. */
  enum Access {
    READ,
    /** Read and write, if it exists. */
    WRITE,
    /** Read and write; the file and its folders are created if they do not exist. */
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

  private final Stats stats;
  private final RenameGuard renames;
  private final OpenFileTable table;
  private final ActiveMoves moves = new ActiveMoves();
  private final FileLength.Registry lengths = new FileLength.Registry();
  private final LostWrites lost = new LostWrites();
  private final ReentrantLock descriptorShortage = new ReentrantLock(); // acquired before the table's lock

  /**
   * @param capacity how many unused files stay open
   */
  OpenFiles(int capacity, RenameGuard renames, Stats stats) {
    this.renames = renames;
    this.stats = stats;
    this.table = new OpenFileTable(capacity, this::close);
  }

  /** The table, for operations on the names of files that may be open. */
  OpenFileTable table() {
    return table;
  }

  ActiveMoves moves() {
    return moves;
  }

  RenameGuard renames() {
    return renames;
  }

  /** A request's use of an open file; close it, from any thread. */
  final class Use implements AutoCloseable {
    private final OpenFileTable.Entry entry;
    private final boolean writes;

    private Use(OpenFileTable.Entry entry, boolean writes) {
      this.entry = entry;
      this.writes = writes;
    }

    SharedFile file() {
      return entry.file();
    }

    @Override
    public void close() {
      table.release(entry, writes);
    }
  }

  /**
   * Finds an open file, or opens it.
   *
   * @throws OperationFailure EROOT, EINVAL, ENOENT, EACCES, EISDIR, ENOTDIR, ENOSPC or EBUSY
   */
  Use use(LocatedFile file, Access access) throws OperationFailure {
    if (access != Access.CREATE) {
      return renames.find(file, location -> useAt(location, access), Use::close);
    }
    Use open = renames.find(file, this::useIfOpen, OpenFiles::closeIfOpen);
    return open != null
        ? open
        : renames.findOrCreate(file, location -> useAt(location, access));
  }

  private @Nullable Use useIfOpen(FileLocation location) throws OperationFailure {
    OpenFileTable.Entry known = known(OpenFileTable.Key.of(location, true), true);
    return known == null ? null : useUnlessMoving(known, true);
  }

  private static void closeIfOpen(@Nullable Use use) {
    if (use != null) {
      use.close();
    }
  }

  private Use useAt(FileLocation location, Access access) throws OperationFailure {
    boolean writes = access != Access.READ;
    while (true) {
      OpenFileTable.Entry known = known(OpenFileTable.Key.of(location, true), writes);
      if (known == null && !writes) {
        known = known(OpenFileTable.Key.of(location, false), false);
      }
      if (known != null) {
        return useUnlessMoving(known, writes);
      }
      SharedFile opened = open(location, access);
      OpenFileTable.Entry entry = table.add(OpenFileTable.Key.of(location, writes), opened, writes);
      if (entry.file() == opened || entry.file().isCurrent()) {
        return useUnlessMoving(entry, writes);
      }
      evictStale(entry, writes); // another thread added the file that had the name before
    }
  }

  /**
   * Checks for moves only after the writer is in the table. A move registers itself before it
   * checks the table for writers, so at least one of the two sees the other.
   */
  private Use useUnlessMoving(OpenFileTable.Entry entry, boolean writes) throws OperationFailure {
    Use use = new Use(entry, writes);
    try {
      if (writes) {
        moves.requireNotMoving(entry.file().real());
      }
      return use;
    } catch (OperationFailure e) {
      use.close();
      throw e;
    }
  }

  private OpenFileTable.@Nullable Entry known(OpenFileTable.Key key, boolean writes) {
    OpenFileTable.Entry entry = table.acquire(key, writes);
    if (entry == null || entry.file().isCurrent()) {
      return entry;
    }
    evictStale(entry, writes);
    return null;
  }

  private void evictStale(OpenFileTable.Entry entry, boolean writes) {
    table.evict(entry);
    table.release(entry, writes);
  }

  private SharedFile open(FileLocation location, Access access) throws OperationFailure {
    SharedFile file;
    try {
      file = openFile(location, access);
    } catch (OperationFailure e) {
      if (e.code() != FailureCode.EBUSY) {
        throw e;
      }
      file = openAfterEvicting(location, access);
    }
    stats.increment(Counter.OPEN_FILES);
    return file;
  }

  /**
   * Retries after closing all unused files, because no descriptor was left. One thread at a time:
   * another one would find the table already emptied while the descriptors are still being closed,
   * and fail although they are about to be free.
   */
  private SharedFile openAfterEvicting(FileLocation location, Access access)
      throws OperationFailure {
    descriptorShortage.lock();
    try {
      table.evictIdle();
      return openFile(location, access);
    } finally {
      descriptorShortage.unlock();
    }
  }

  private SharedFile openFile(FileLocation location, Access access) throws OperationFailure {
    FolderWalk walk =
        access == Access.CREATE ? FolderWalk.creating(location) : FolderWalk.to(location);
    return walk.then((folder, name) -> openFile(location, folder, name, access));
  }

  private SharedFile openFile(FileLocation location, HeldFolder folder, String name, Access access)
      throws IOException, OperationFailure {
    Path real = NameCodec.resolve(folder.path(), name);
    if (access != Access.READ) {
      moves.requireNotMoving(real); // before it is created
    }
    while (true) {
      FileChannel channel;
      Object before;
      // While it is open, no other file can get its inode number, so the file's key identifies it.
      FileChannel inodeHolder = folder.openFile(name, access.options());
      try {
        before = key(folder, name);
        channel = folder.openFile(name, access.options());
      } finally {
        closeUnused(inodeHolder);
      }
      try {
        Object fileKey = folder.attributes(name).fileKey();
        if (Objects.equals(before, fileKey)) { // both null where files have no key
          Path named = NameCodec.resolve(location.root().path(), location.path().components());
          FileLength length = lengths.acquire(fileKey == null ? real : fileKey);
          return new SharedFile(channel, named, real, fileKey, length);
        }
      } catch (IOException e) {
        channel.close();
        throw e;
      }
      channel.close(); // the name was given to another file meanwhile: which one is open is unknown
    }
  }

  private static void closeUnused(FileChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      LOG.debug("A file that was not used did not close cleanly: {}",
          FileErrors.of(e).getMessage());
    }
  }

  private static @Nullable Object key(HeldFolder folder, String name) throws IOException {
    try {
      return folder.attributes(name).fileKey();
    } catch (NoSuchFileException e) {
      return null; // it was deleted meanwhile, and may be created again
    }
  }

  private void close(SharedFile file) {
    stats.decrement(Counter.OPEN_FILES);
    try {
      file.close();
    } catch (IOException e) {
      lost.add(file.length().key());
      LOG.warn(
          "Written bytes of a file were lost when it was closed: {}",
          FileErrors.of(e).getMessage());
    }
    lengths.release(file.length());
  }

  /**
   * Brings everything that was written to a file to the disk, through whatever channel it was
   * written.
   *
   * @throws IOException when bytes could not be brought to the disk, or were lost earlier
   */
  void force(Use use) throws IOException {
    use.file().force();
    if (lost.take(use.file().length().key())) {
      throw new IOException("closed with an error");
    }
  }

  @Override
  public void close() {
    table.close();
  }
}
