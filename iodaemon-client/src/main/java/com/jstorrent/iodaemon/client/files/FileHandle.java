package com.jstorrent.iodaemon.client.files;

import java.io.Closeable;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * An open file (PROTOCOL.md § 5.2). It stays the same file when it is renamed, and belongs to the session of the
 * client that opened it. {@link FilesClient} reads and writes it like any other {@link FileRef}. Thread-safe.
 */
public final class FileHandle implements FileRef, Closeable {
  private static final int GONE = 404;

  private final HttpCalls calls;
  private final String id;
  private final RootPath opened;
  private final long size;
  private final AtomicBoolean closed = new AtomicBoolean();

  FileHandle(HttpCalls calls, String id, RootPath opened, long size) {
    this.calls = calls;
    this.id = id;
    this.opened = opened;
    this.size = size;
  }

  String id() {
    return id;
  }

  /** The beginning of the request targets for this handle. */
  String target() {
    return "/files/" + Texts.percentEncoded(id);
  }

  /** Where the file was when it was opened. */
  public RootPath openedAt() {
    return opened;
  }

  /** How many bytes the file had when it was opened. */
  public long sizeWhenOpened() {
    return size;
  }

  /**
   * Ends the handle, after its writes are done; its streams end with an error. Closing it again does nothing, and
   * so does closing one that the daemon has already ended with its session. Unlike other calls, this one is made
   * even if its thread was interrupted before, so that no handle is left behind.
   */
  @Override
  public void close() throws IOException {
    if (closed.compareAndSet(false, true)) {
      boolean interrupted = Thread.interrupted();
      try {
        calls.run(Request.post(target() + "/close"));
      } catch (IOException e) {
        if (!(e instanceof FilesException refused) || refused.status() != GONE) {
          closed.set(false); // the handle may still be open: let it be closed again
          throw e;
        }
      } finally {
        if (interrupted) {
          Thread.currentThread().interrupt();
        }
      }
    }
  }

  /** Without its id, by which other clients could use it. */
  @Override
  public String toString() {
    return "handle of " + opened.path();
  }
}
