package com.jstorrent.iodaemon.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;

/**
 * One open file, shared by everybody who reads and writes it. Positional reads and writes go on side
 * by side; whoever looks at the length and then changes it has the file alone. For threads that may
 * block.
 */
final class SharedFile {
  private static final ByteBuffer ZERO = ByteBuffer.allocateDirect(1).asReadOnlyBuffer();

  private final FileChannel channel;
  private final Path named;
  private final Path real;
  private final @Nullable Object fileKey;
  private final ReentrantReadWriteLock length = new ReentrantReadWriteLock();
  private final AtomicLong writes = new AtomicLong(); // that have begun
  private final AtomicInteger writing = new AtomicInteger();

  /**
   * @param named where the client wants it, perhaps by way of links
   * @param real where it was opened, without links
   * @param fileKey what the file system knows it by, or null when it has no such thing
   */
  SharedFile(FileChannel channel, Path named, Path real, @Nullable Object fileKey) {
    this.channel = channel;
    this.named = named;
    this.real = real;
    this.fileKey = fileKey;
  }

  /**
   * Whether the path still leads to this very file: it may have been deleted or replaced, and a link
   * on the way may have been turned elsewhere.
   */
  boolean isCurrent() {
    if (fileKey == null || !channel.isOpen()) {
      return false;
    }
    try {
      if (!named.equals(real) && !named.toRealPath().equals(real)) {
        return false;
      }
      return fileKey.equals(
          Files.readAttributes(real, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
              .fileKey());
    } catch (IOException e) {
      return false;
    }
  }

  Path real() {
    return real;
  }

  long size() throws IOException {
    return channel.size();
  }

  /** Reads until the buffer is full or the file ends, and returns how many bytes that were. */
  int read(ByteBuffer into, long position) throws IOException {
    int start = into.position();
    while (into.hasRemaining()
        && channel.read(into, position + into.position() - start) >= 0) {}
    return into.position() - start;
  }

  /** Sends what a socket takes at once, and returns how many bytes that were. */
  long send(WritableByteChannel socket, long position, long count) throws IOException {
    return channel.transferTo(position, count, socket);
  }

  /**
   * Writes all the bytes, one behind the other. When the disk is full, the file has its former length
   * again.
   */
  void write(List<ByteBuffer> bytes, long position) throws IOException {
    length.readLock().lock();
    Attempt attempt = new Attempt(position, writing.getAndIncrement() > 0);
    IOException failure;
    try {
      attempt.write(bytes);
      return;
    } catch (IOException e) {
      failure = e;
    } finally {
      writing.decrementAndGet();
      length.readLock().unlock();
    }
    takeBack(attempt);
    throw failure;
  }

  /** One write, and what has to be known of it should it fail. */
  private final class Attempt {
    private final long position;
    private final boolean besideOthers;
    private final long turn = writes.incrementAndGet();
    private long before;
    private long end;

    private Attempt(long position, boolean besideOthers) {
      this.position = position;
      this.besideOthers = besideOthers;
      this.end = position;
    }

    private void write(List<ByteBuffer> bytes) throws IOException {
      before = channel.size();
      for (ByteBuffer part : bytes) {
        while (part.hasRemaining()) {
          end += channel.write(part, end);
        }
      }
    }

    /** Whether nobody else has written since before it began. */
    private boolean wasAlone() {
      return !besideOthers && writes.get() == turn;
    }
  }

  /** Takes back what a failed write has appended, unless somebody else has written behind it. */
  private void takeBack(Attempt attempt) throws IOException {
    length.writeLock().lock();
    try {
      long size = channel.size();
      if (size > attempt.before && size <= attempt.end) {
        long most = attempt.wasAlone() ? attempt.before : Math.min(attempt.position, size);
        channel.truncate(Math.max(attempt.before, most));
      }
    } finally {
      length.writeLock().unlock();
    }
  }

  /** Takes back what was appended behind {@code before}, unless the file is longer than that. */
  void shrink(long before, long end) throws IOException {
    length.writeLock().lock();
    try {
      long size = channel.size();
      if (size > before && size <= end) {
        channel.truncate(before);
      }
    } finally {
      length.writeLock().unlock();
    }
  }

  /** Makes the file so long; what it gains is zeros that take no room. */
  void setLength(long size) throws IOException {
    length.writeLock().lock();
    try {
      long before = channel.size();
      if (size < before) {
        channel.truncate(size);
      } else if (size > before) {
        channel.write(ZERO.duplicate(), size - 1);
      }
    } finally {
      length.writeLock().unlock();
    }
  }

  /** Makes the file at least so long. */
  void extend(long size) throws IOException {
    length.writeLock().lock();
    try {
      if (size > channel.size()) {
        channel.write(ZERO.duplicate(), size - 1);
      }
    } finally {
      length.writeLock().unlock();
    }
  }

  /**
   * Gives a part of the file room on the disk without changing what is in it: Java has no fallocate,
   * so it is read and written back, with nobody writing meanwhile.
   *
   * @param buffer its limit tells how long the part is
   */
  void reserve(ByteBuffer buffer, long position) throws IOException {
    length.writeLock().lock();
    try {
      int part = buffer.limit();
      read(buffer.clear().limit(part), position);
      while (buffer.hasRemaining()) {
        buffer.put((byte) 0);
      }
      buffer.flip();
      while (buffer.hasRemaining()) {
        channel.write(buffer, position + buffer.position());
      }
    } finally {
      length.writeLock().unlock();
    }
  }

  /** Returns when everything that was written is on the disk. */
  void force() throws IOException {
    channel.force(true);
  }

  void close() {
    try {
      channel.close();
    } catch (IOException e) {
      // What was written is with the system; there is nothing to tell the client.
    }
  }
}
