package com.jstorrent.iodaemon.ws;

import com.jstorrent.iodaemon.frame.FrameHeader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.GatheringByteChannel;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Writes frames. Small ones are batched until {@link #flush}, or until a large one is written in
 * the same system call. Blocks while the client does not read. Not thread-safe.
 */
final class WebSocketWriter {
  private static final int BATCH_BYTES = 32 << 10;

  /** Up to this size, copying a frame is cheaper than a system call. */
  private static final int COPIED_BYTES = 4 << 10;

  private final GatheringByteChannel channel;
  private final ByteBuffer batch = ByteBuffer.allocate(BATCH_BYTES).order(FrameHeader.ORDER);
  private final ByteBuffer[] pair = new ByteBuffer[2];
  private final AtomicLong written = new AtomicLong(); // changed by the writing thread only

  WebSocketWriter(GatheringByteChannel channel) {
    this.channel = channel;
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

  /** Writes a frame that is already encoded, such as one of the library. */
  void bytes(ByteBuffer bytes) throws IOException {
    if (bytes.remaining() <= COPIED_BYTES) {
      if (batch.remaining() < bytes.remaining()) {
        flush();
      }
      batch.put(bytes);
    } else {
      writeWithBatch(bytes);
    }
  }

  void flush() throws IOException {
    batch.flip();
    while (batch.hasRemaining()) {
      count(channel.write(batch));
    }
    batch.clear();
  }

  private void writeWithBatch(ByteBuffer bytes) throws IOException {
    batch.flip();
    pair[0] = batch;
    pair[1] = bytes;
    while (batch.hasRemaining()) {
      count(channel.write(pair));
    }
    while (bytes.hasRemaining()) {
      count(channel.write(bytes));
    }
    batch.clear();
  }
}
