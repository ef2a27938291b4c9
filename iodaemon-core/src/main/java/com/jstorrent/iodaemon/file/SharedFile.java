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
  private final FileLength length;

  /**
   * @param named where the client wants it, perhaps by way of links
   * @param real where it was opened, without links
   * @param fileKey what the file system knows it by, or null when it has no such thing
   * @param length of this very file, by whatever name it was opened
   */
  SharedFile(
      FileChannel channel, Path named, Path real, @Nullable Object fileKey, FileLength length) {
    this.channel = channel;
    this.length = length;
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

  FileLength length() {
    return length;
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

  /** Begins a change; end it with {@link Growth#done} or {@link Growth#takeBack}. */
  Growth grow() throws IOException {
    Growth growth = new Growth();
    length.begin(growth, channel);
    return growth;
  }

  /**
   * A change that may make the file longer. When it fails, what it alone has appended goes: nobody
   * else's bytes are cut off, be they finished or not.
   */
  final class Growth {
    private Growth() {}

    /** Writes all the bytes, one behind the other. */
    void write(List<ByteBuffer> bytes, long position) throws IOException {
      long written = position;
      length.beside().lock();
      try {
        for (ByteBuffer part : bytes) {
          while (part.hasRemaining()) {
            written += channel.write(part, written);
          }
        }
      } finally {
        length.reach(this, written);
        length.beside().unlock();
      }
    }

    /**
     * Gives a part of the file room on the disk without changing what is in it: Java has no fallocate,
     * so it is read and written back, with nobody writing meanwhile.
     *
     * @param buffer its limit tells how long the part is
     */
    void reserve(ByteBuffer buffer, long position) throws IOException {
      long written = position;
      length.alone().lock();
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
        length.alone().unlock();
      }
    }

    /** What it has written stays. */
    void done() {
      length.done(this);
    }

    /** It has failed: the file gets the length back that it would have without it. */
    void takeBack() throws IOException {
      length.takeBack(this, channel);
    }
  }

  /** Makes the file so long; what it gains is zeros that take no room. */
  void setLength(long size) throws IOException {
    length.alone().lock();
    try {
      long before = channel.size();
      if (size < before) {
        channel.truncate(size);
      } else if (size > before) {
        channel.write(ZERO.duplicate(), size - 1);
      }
      length.changed(size);
    } finally {
      length.alone().unlock();
    }
  }

  /** Makes the file at least so long. */
  void extend(long size) throws IOException {
    length.alone().lock();
    try {
      if (size > channel.size()) {
        channel.write(ZERO.duplicate(), size - 1);
      }
      length.extended(size);
    } finally {
      length.alone().unlock();
    }
  }

  /** Returns when everything that was written is on the disk. */
  void force() throws IOException {
    channel.force(true);
  }

  /**
   * @throws IOException when bytes that were written have not reached the disk
   */
  void close() throws IOException {
    channel.close();
  }
}
