package com.jstorrent.iodaemon.file;

import com.jstorrent.iodaemon.failure.FailureCode;
import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.random.RandomId;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A file that a client has opened by {@code /files/open} (PROTOCOL.md § 5.2). It holds no descriptor:
 * that is the business of each use. Thread-safe.
 */
public final class FileHandle implements LocatedFile {

  /** What it was opened for. */
  public enum Mode {
    READ("r"),
    /** Read and write, if it exists. */
    WRITE("rw"),
    /** Read and write, made if need be. */
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
  private volatile FilePlace place;
  private int writers; // guarded by lock
  private volatile boolean closed; // changed under the lock

  FileHandle(String id, FilePlace place, Mode mode, @Nullable String session) {
    this.id = id;
    this.place = place;
    this.mode = mode;
    this.session = session;
  }

  /** What the client calls it by. */
  public String id() {
    return id;
  }

  /** Stands for this handle where its id must not be told. */
  public String tag() {
    return tag;
  }

  /** Renaming the file takes the handle along. */
  @Override
  public FilePlace place() {
    return place;
  }

  void moveTo(FilePlace target) {
    place = target;
  }

  /** The session that opened it, or null. */
  public @Nullable String session() {
    return session;
  }

  /** Whether it has been closed; what reads on looks at it between two pieces. */
  public boolean isClosed() {
    return closed;
  }

  /** A change of the file that is under way: closing the handle waits for it. */
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
   * Begins a change of the file; close what is returned.
   *
   * @throws OperationFailure EACCES when it was opened for reading, ENOENT when it is closed
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

  /** Lets no change begin any more, and waits for those under way. Interrupts do not end the wait. */
  void close() {
    lock.lock();
    try {
      closed = true;
      while (writers > 0) {
        idle.awaitUninterruptibly();
      }
    } finally {
      lock.unlock();
    }
  }
}
