package com.jstorrent.iodaemon.file;

import com.jstorrent.iodaemon.failure.FailureCode;
import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.stats.Stats;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files that are open: each once, however many use it. Only so many stay open when nobody uses
 * them; the one that was used the longest ago goes first. For threads that may block.
 */
final class OpenFiles implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(OpenFiles.class);

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

  private final Stats stats;
  private final RenameGuard renames;
  private final OpenFileTable table;
  private final MovesUnderWay moves = new MovesUnderWay();
  private final FileLength.Registry lengths = new FileLength.Registry();
  private final LostWrites lost = new LostWrites();
  private final ReentrantLock scarcity = new ReentrantLock(); // taken before the table's

  /**
   * @param capacity how many may be open
   */
  OpenFiles(int capacity, RenameGuard renames, Stats stats) {
    this.renames = renames;
    this.stats = stats;
    this.table = new OpenFileTable(capacity, this::close);
  }

  /** For what has to do with the names of files that may be open. */
  OpenFileTable table() {
    return table;
  }

  MovesUnderWay moves() {
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
      table.leave(entry, writes);
    }
  }

  /**
   * Finds a file among those that are open, or opens it.
   *
   * @throws OperationFailure EROOT, EINVAL, ENOENT, EACCES, EISDIR, ENOTDIR, ENOSPC or EBUSY
   */
  Use use(LocatedFile file, Access access) throws OperationFailure {
    return renames.find(file, place -> use(place, access), Use::close);
  }

  private Use use(FilePlace place, Access access) throws OperationFailure {
    boolean writes = access != Access.READ;
    while (true) {
      OpenFileTable.Entry known = known(OpenFileTable.Key.of(place, true), writes);
      if (known == null && !writes) {
        known = known(OpenFileTable.Key.of(place, false), false);
      }
      if (known != null) {
        return use(known, writes);
      }
      SharedFile opened = open(place, access);
      OpenFileTable.Entry entry = table.add(OpenFileTable.Key.of(place, writes), opened, writes);
      if (entry.file() == opened || entry.file().isCurrent()) {
        return use(entry, writes);
      }
      leaveStale(entry, writes); // another thread has opened what had the name before
    }
  }

  /** A writer is known of before this looks for moves, and a move looks for writers when it is known of. */
  private Use use(OpenFileTable.Entry entry, boolean writes) throws OperationFailure {
    Use use = new Use(entry, writes);
    try {
      if (writes) {
        moves.requireStill(entry.file().real());
      }
      return use;
    } catch (OperationFailure e) {
      use.close();
      throw e;
    }
  }

  private OpenFileTable.@Nullable Entry known(OpenFileTable.Key key, boolean writes) {
    OpenFileTable.Entry entry = table.join(key, writes);
    if (entry == null || entry.file().isCurrent()) {
      return entry;
    }
    leaveStale(entry, writes);
    return null;
  }

  private void leaveStale(OpenFileTable.Entry entry, boolean writes) {
    table.forget(entry);
    table.leave(entry, writes);
  }

  private SharedFile open(FilePlace place, Access access) throws OperationFailure {
    SharedFile file;
    try {
      file = openFile(place, access);
    } catch (OperationFailure e) {
      if (e.code() != FailureCode.EBUSY) {
        throw e;
      }
      file = openAfterMakingRoom(place, access);
    }
    stats.increment(Counter.OPEN_FILES);
    return file;
  }

  /**
   * No descriptor was left; files that nobody uses are not needed. One thread after the other: what
   * one has taken from the table and is still closing, another could neither find nor do without.
   */
  private SharedFile openAfterMakingRoom(FilePlace place, Access access)
      throws OperationFailure {
    scarcity.lock();
    try {
      table.forgetIdle();
      return openFile(place, access);
    } finally {
      scarcity.unlock();
    }
  }

  private SharedFile openFile(FilePlace place, Access access) throws OperationFailure {
    FolderWalk walk =
        access == Access.CREATE ? FolderWalk.making(place) : FolderWalk.to(place);
    return walk.then((folder, name) -> openFile(place, folder, name, access));
  }

  private SharedFile openFile(FilePlace place, HeldFolder folder, String name, Access access)
      throws IOException, OperationFailure {
    Path real = NameCodec.resolve(folder.place(), name);
    if (access != Access.READ) {
      moves.requireStill(real); // before it is made
    }
    while (true) {
      Object before = key(folder, name);
      FileChannel channel = folder.openFile(name, access.options());
      try {
        Object fileKey = folder.attributes(name).fileKey();
        if (before == null || before.equals(fileKey)) {
          Path named = NameCodec.resolve(place.root().path(), place.path().components());
          FileLength length = lengths.join(fileKey == null ? real : fileKey);
          return new SharedFile(channel, named, real, fileKey, length);
        }
      } catch (IOException e) {
        channel.close();
        throw e;
      }
      channel.close(); // another file has got the name: which of the two this is cannot be told
    }
  }

  private static @Nullable Object key(HeldFolder folder, String name) throws IOException {
    try {
      return folder.attributes(name).fileKey();
    } catch (NoSuchFileException e) {
      return null; // it is going to be made, or opening it fails in the same way
    }
  }

  private void close(SharedFile file) {
    stats.decrement(Counter.OPEN_FILES);
    try {
      file.close();
    } catch (IOException e) {
      lost.add(file.length().key());
      LOG.warn(
          "What was written to a file did not reach its disk: {}", FileErrors.of(e).getMessage());
    }
    lengths.leave(file.length());
  }

  /**
   * Returns when everything that was written to a file is on the disk, by whichever handle it was written.
   *
   * @throws IOException when something is not, and will not be
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
