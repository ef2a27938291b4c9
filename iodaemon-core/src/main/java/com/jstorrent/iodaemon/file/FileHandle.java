package com.jstorrent.iodaemon.file;

import com.jstorrent.iodaemon.failure.FailureCode;
import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.random.RandomId;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A file that a client has opened by {@code /files/open} (PROTOCOL.md § 5.2). It holds no
 * descriptor; each request obtains one from {@link OpenFiles}. Thread-safe.
 */
public final class FileHandle implements LocatedFile {

  /** What the handle was opened for. */
  public enum Mode {
    READ("r"),
    /** Read and write, if it exists. */
    WRITE("rw"),
    /** Read and write; created if it does not exist. */
    CREATE("create");

    private final String label;

    Mode(String label) {
      this.label = label;
    }

    /**
     * @param label as in the request
     * @throws OperationFailure EINVAL when there is no such mode
     */
    public static Mode of(String label) throws OperationFailure {
      for (Mode mode : values()) {
        if (mode.label.equals(label)) {
          return mode;
        }
      }
      throw new OperationFailure(FailureCode.EINVAL,
          "The mode must be \"r\", \"rw\" or \"create\".");
    }
  }

  private final String id;
  private final String tag = RandomId.draw();
  private final Mode mode;
  private final @Nullable String session;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition idle = lock.newCondition();
  private volatile FileLocation location;
  private int writers; // guarded by lock
  private volatile boolean closed; // changed under the lock

  FileHandle(String id, FileLocation location, Mode mode, @Nullable String session) {
    this.id = id;
    this.location = location;
    this.mode = mode;
    this.session = session;
  }

  /** The id by which clients refer to it. */
  public String id() {
    return id;
  }

  /** Identifies the file where the id must not be revealed, as in an ETag. */
  public String tag() {
    return tag;
  }

  /** Where the file is now: a rename through the daemon updates the handle. */
  @Override
  public FileLocation location() {
    return location;
  }

  void moveTo(FileLocation target) {
    location = target;
  }

  /** The session that opened it, or null. */
  public @Nullable String session() {
    return session;
  }

  /** Whether it has been closed. Long reads check this between two buffers. */
  public boolean isClosed() {
    return closed;
  }

  /** A write to the file that is in progress. */
  public final class Writing implements AutoCloseable {
    private Writing() {}

    @Override
    public void close() {
      lock.lock();
      try {
        writers--;
        idle.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }

  /**
   * Begins a write; the caller closes the result when it is done.
   *
   * @throws OperationFailure EACCES when the handle was opened for reading, ENOENT when it is
   *     closed
   */
  public Writing write() throws OperationFailure {
    if (mode == Mode.READ) {
      throw new OperationFailure(
          FailureCode.EACCES, "The file was opened for reading; open it with mode \"rw\".");
    }
    lock.lock();
    try {
      if (closed) {
        throw FileHandles.unknown();
      }
      writers++;
      return new Writing();
    } finally {
      lock.unlock();
    }
  }

  /** Refuses further writes. Those in progress go on. */
  void close() {
    lock.lock();
    try {
      closed = true;
    } finally {
      lock.unlock();
    }
  }

  /** Waits for the writes in progress. Interrupts do not end the wait. */
  void awaitWrites() {
    lock.lock();
    try {
      while (writers > 0) {
        idle.awaitUninterruptibly();
      }
    } finally {
      lock.unlock();
    }
  }
}
