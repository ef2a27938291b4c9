package com.jstorrent.iodaemon.ws;

import com.jstorrent.iodaemon.frame.FrameHeader;
import com.jstorrent.iodaemon.transport.BufferPool;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.GatheringByteChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Writes frames. Small ones are batched until {@link #flush}, or until a large one is written in
 * the same system call. Blocks while the client does not read. Not thread-safe.
 */
final class WebSocketWriter {
  /** Up to this size, copying a frame is cheaper than a system call. */
  private static final int COPIED_BYTES = 4 << 10;

  private final GatheringByteChannel channel;
  private final BufferPool segments;
  private @Nullable ByteBuffer batch; // what waits to be flushed, if anything does
  private final ByteBuffer[] pair = new ByteBuffer[2];
  private final AtomicLong written = new AtomicLong(); // changed by the writing thread only

  /**
   * @param segments for small frames until they are flushed
   */
  WebSocketWriter(GatheringByteChannel channel, BufferPool segments) {
    this.channel = channel;
    this.segments = segments;
  }

  /** The number of bytes written so far. Thread-safe. */
  long written() {
    return written.get();
  }

  private void count(long bytes) {
    written.lazySet(written.get() + bytes);
  }

  /** Writes a message, with its header in the headroom before its position. */
  void message(ByteBuffer message) throws IOException {
    WireFormat.putHeader(message.order(FrameHeader.ORDER));
    bytes(message);
  }

  /** The same for several, in as few system calls as the client allows. */
  void messages(List<ByteBuffer> messages) throws IOException {
    ByteBuffer waiting = batch;
    List<ByteBuffer> all = new ArrayList<>(messages.size() + 1);
    if (waiting != null) {
      all.add(waiting.flip());
    }
    for (ByteBuffer message : messages) {
      WireFormat.putHeader(message.order(FrameHeader.ORDER));
      all.add(message);
    }
    ByteBuffer[] array = all.toArray(ByteBuffer[]::new);
    try {
      while (array.length > 0 && array[array.length - 1].hasRemaining()) {
        count(channel.write(array));
      }
    } finally {
      if (waiting != null) {
        release(waiting);
      }
    }
  }

  /** Writes a frame that is already encoded, such as one of the library. */
  void bytes(ByteBuffer bytes) throws IOException {
    if (bytes.remaining() <= COPIED_BYTES) {
      batchWithRoom(bytes.remaining()).put(bytes);
    } else {
      writeWithBatch(bytes);
    }
  }

  private ByteBuffer batchWithRoom(int bytes) throws IOException {
    ByteBuffer begun = batch;
    if (begun != null && begun.remaining() < bytes) {
      flush();
      begun = null;
    }
    return begun != null ? begun : (batch = segments.take());
  }

  void flush() throws IOException {
    ByteBuffer waiting = batch;
    if (waiting != null) {
      waiting.flip();
      try {
        while (waiting.hasRemaining()) {
          count(channel.write(waiting));
        }
      } finally {
        release(waiting);
      }
    }
  }

  /** Gives back what waits to be flushed, because it can no longer be written. */
  void discard() {
    ByteBuffer waiting = batch;
    if (waiting != null) {
      release(waiting);
    }
  }

  private void writeWithBatch(ByteBuffer bytes) throws IOException {
    ByteBuffer waiting = batch;
    if (waiting != null) {
      pair[0] = waiting.flip();
      pair[1] = bytes;
      try {
        while (waiting.hasRemaining()) {
          count(channel.write(pair));
        }
      } finally {
        release(waiting);
      }
    }
    while (bytes.hasRemaining()) {
      count(channel.write(bytes));
    }
  }

  private void release(ByteBuffer written) {
    batch = null;
    segments.give(written);
  }
}
