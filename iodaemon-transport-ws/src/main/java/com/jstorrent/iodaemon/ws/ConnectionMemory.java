package com.jstorrent.iodaemon.ws;

import com.jstorrent.iodaemon.memory.MemoryAccount;
import com.jstorrent.iodaemon.memory.MemoryUse;
import com.jstorrent.iodaemon.transport.BufferPool;
import com.jstorrent.iodaemon.transport.DaemonMemory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import org.jspecify.annotations.Nullable;

/**
 * The buffers that one WebSocket reads into, counted as a part of what its client holds of the memory for all
 * clients (PROTOCOL.md § 4.6). The reading thread waits while there is none. Used by that thread.
 */
final class ConnectionMemory {
  /** The connection that reads. */
  interface Reader {
    /** The account of its client, which is another one from RESUME on. */
    MemoryAccount account();

    /** Whether more can arrive, so that it is worth waiting for memory. Any thread. */
    boolean isConnected();
  }

  private final Reader reader;
  private final Buffers frames;
  private final Buffers segments;
  private @Nullable MemoryAccount account; // from which the held memory was taken
  private long held;

  ConnectionMemory(DaemonMemory memory, Reader reader) {
    this.reader = reader;
    this.frames = new Counted(memory.frames());
    this.segments = new Counted(memory.segments());
  }

  /** Buffers for frames of the usual size. */
  Buffers frames() {
    return frames;
  }

  /** Buffers for the parts of larger frames. */
  Buffers segments() {
    return segments;
  }

  private MemoryAccount account() {
    MemoryAccount now = reader.account();
    MemoryAccount before = account;
    if (before != null && before != now) {
      now.take(MemoryUse.FRAMES, held);
      before.release(MemoryUse.FRAMES, held);
    }
    account = now;
    return now;
  }

  private void take(int bytes) throws IOException {
    if (!account().awaitTake(MemoryUse.FRAMES, bytes, reader::isConnected)) {
      throw new ClosedChannelException();
    }
    held += bytes;
  }

  private void release(int bytes) {
    MemoryAccount holder = account;
    if (holder != null) {
      held -= bytes;
      holder.release(MemoryUse.FRAMES, bytes);
    }
  }

  /** Buffers of a pool, whose memory is first taken from the account. */
  private final class Counted implements Buffers {
    private final BufferPool pool;

    Counted(BufferPool pool) {
      this.pool = pool;
    }

    @Override
    public int bufferBytes() {
      return pool.bufferBytes();
    }

    @Override
    public ByteBuffer take() throws IOException {
      ConnectionMemory.this.take(pool.bufferBytes());
      return pool.take();
    }

    @Override
    public void give(ByteBuffer buffer) {
      if (buffer.capacity() == pool.bufferBytes()) {
        pool.give(buffer);
        release(pool.bufferBytes());
      }
    }
  }
}
