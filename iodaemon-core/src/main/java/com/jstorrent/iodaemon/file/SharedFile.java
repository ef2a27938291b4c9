package com.jstorrent.iodaemon.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One open file, shared by all requests that read and write it. Positional reads and writes run
 * concurrently; an operation that depends on the length has the file exclusively. Methods block.
 */
final class SharedFile {
  private static final ByteBuffer ZERO = ByteBuffer.allocateDirect(1).asReadOnlyBuffer();

  private final FileChannel channel;
  private final Path requested;
  private final Path real;
  private final @Nullable Object fileKey;
  private final FileLength length;

  /**
   * @param requested the path that the client asked for, perhaps through links
   * @param real the path at which it was opened, without links
   * @param fileKey the file system's key of the file, or null if it has no keys
   * @param length the tracker that all channels of this file share
   */
  SharedFile(
      FileChannel channel, Path requested, Path real, @Nullable Object fileKey, FileLength length) {
    this.channel = channel;
    this.length = length;
    this.requested = requested;
    this.real = real;
    this.fileKey = fileKey;
  }

  /**
   * Whether the path still leads to this very file: it may have been deleted or replaced, and a
   * link on the path may have been changed.
   */
  boolean isCurrent() {
    if (fileKey == null || !channel.isOpen()) {
      return false;
    }
    try {
      if (!requested.equals(real) && !requested.toRealPath().equals(real)) {
        return false;
      }
      return fileKey.equals(
          Files.readAttributes(real, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
              .fileKey());
    } catch (IOException e) {
      return false;
    }
  }

  FileLength length() {
    return length;
  }

  Path real() {
    return real;
  }

  long size() throws IOException {
    return channel.size();
  }

  /** Reads until the buffer is full or the file ends, and returns the number of bytes. */
  int read(ByteBuffer into, long position) throws IOException {
    int start = into.position();
    while (into.hasRemaining()
        && channel.read(into, position + into.position() - start) >= 0) {}
    return into.position() - start;
  }

  /** Begins a change; end it with {@link Change#commit} or {@link Change#rollBack}. */
  Change beginChange() throws IOException {
    Change change = new Change();
    length.begin(change, channel);
    return change;
  }

  /**
   * A change that may extend the file. If it fails, only what it has appended itself is truncated,
   * never bytes of other changes, finished or not ({@link FileLength}).
   */
  final class Change {
    private Change() {}

    /** Writes all the buffers, one after the other. */
    void write(List<ByteBuffer> bytes, long position) throws IOException {
      long written = position;
      length.shared().lock();
      try {
        for (ByteBuffer part : bytes) {
          while (part.hasRemaining()) {
            written += channel.write(part, written);
          }
        }
      } finally {
        length.reach(this, written);
        length.shared().unlock();
      }
    }

    /**
     * Allocates disk space for a part of the file without changing its content. Java has no
     * fallocate, so the part is read and written back, exclusively.
     *
     * @param buffer its limit is the length of the part
     */
    void reserve(ByteBuffer buffer, long position) throws IOException {
      long written = position;
      length.exclusive().lock();
      try {
        int part = buffer.limit();
        read(buffer.clear().limit(part), position);
        while (buffer.hasRemaining()) {
          buffer.put((byte) 0);
        }
        buffer.flip();
        while (buffer.hasRemaining()) {
          written += channel.write(buffer, written);
        }
      } finally {
        length.reach(this, written);
        length.exclusive().unlock();
      }
    }

    /** Ends the change; what it has written stays. */
    void commit() {
      length.commit(this);
    }

    /** Ends a failed change; the file gets the length that it would have without the change. */
    void rollBack() throws IOException {
      length.rollBack(this, channel);
    }
  }

  /** Sets the length. An extension is sparse. */
  void setLength(long size) throws IOException {
    length.exclusive().lock();
    try {
      long before = channel.size();
      if (size < before) {
        channel.truncate(size);
      } else if (size > before) {
        channel.write(ZERO.duplicate(), size - 1);
      }
      length.changed(size);
    } finally {
      length.exclusive().unlock();
    }
  }

  /** Extends the file to at least this length. */
  void extend(long size) throws IOException {
    length.exclusive().lock();
    try {
      if (size > channel.size()) {
        channel.write(ZERO.duplicate(), size - 1);
      }
      length.extended(size);
    } finally {
      length.exclusive().unlock();
    }
  }

  /** Brings everything that was written through this channel to the disk. */
  void force() throws IOException {
    channel.force(true);
  }

  /**
   * @throws IOException when written bytes were lost
   */
  void close() throws IOException {
    channel.close();
  }
}
