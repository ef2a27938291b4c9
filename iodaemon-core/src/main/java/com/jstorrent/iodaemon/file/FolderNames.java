package com.jstorrent.iodaemon.file;

import com.jstorrent.iodaemon.failure.FailureCode;
import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.work.WorkerPool;
import com.jstorrent.iodaemon.work.WorkerPool.Priority;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Path;
import java.util.Iterator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The names in a folder, in no particular order, read as they are asked for, so that they need not be held all
 * at once. Holds the folder open until it is closed. Not thread-safe.
 */
public final class FolderNames implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(FolderNames.class);
  private static final int MAX_NAMES = 100_000;

  private final HeldFolder folder;
  private final Iterator<Path> entries;
  private final WorkerPool pool;
  private int count;

  private FolderNames(HeldFolder folder, WorkerPool pool) throws IOException {
    this.folder = folder;
    this.entries = folder.names().iterator();
    this.pool = pool;
  }

  /** Takes over the folder, and closes it when its names cannot be read. */
  static FolderNames of(HeldFolder folder, WorkerPool pool) throws IOException {
    boolean opened = false;
    try {
      FolderNames names = new FolderNames(folder, pool);
      opened = true;
      return names;
    } finally {
      if (!opened) {
        folder.close();
      }
    }
  }

  /** Takes names, while it has room for them. Must not block. */
  public interface Sink {
    boolean hasRoom();

    void accept(String name);
  }

  /**
   * Passes names on while the sink has room. Blocks until the pool has read them.
   *
   * @return whether there may be more
   * @throws OperationFailure when the disk fails; EINVAL when there are more than 100,000 names; EBUSY
   */
  public boolean read(Sink sink) throws OperationFailure {
    return pool.call(
        Priority.URGENT,
        () -> {
          try {
            while (sink.hasRoom()) {
              if (!entries.hasNext()) {
                return false;
              }
              if (++count > MAX_NAMES) {
                throw new OperationFailure(
                    FailureCode.EINVAL, "The folder holds more than " + MAX_NAMES + " names.");
              }
              sink.accept(NameCodec.decode(entries.next()));
            }
            return true;
          } catch (DirectoryIteratorException e) {
            throw FileErrors.of(e.getCause());
          }
        });
  }

  @Override
  public void close() {
    try {
      folder.close();
    } catch (IOException e) {
      LOG.debug("A folder that was only read could not be closed: {}", e.toString());
    }
  }
}
