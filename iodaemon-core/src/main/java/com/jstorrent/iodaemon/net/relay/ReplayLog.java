package com.jstorrent.iodaemon.net.relay;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.frame.FrameHeader;
import com.jstorrent.iodaemon.frame.Opcode;
import com.jstorrent.iodaemon.memory.MemoryAccount;
import com.jstorrent.iodaemon.memory.MemoryUse;
import com.jstorrent.iodaemon.transport.BufferPool;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The frames that were sent to a client and that it has not acknowledged yet, so that they can be
 * sent again on another connection (PROTOCOL.md § 9.3). The relay adds and replays, the
 * client's reader acknowledges. Bounded in bytes by the relay, which reads no peer while it is full; it
 * is full, too, while there is no memory for another frame.
 */
public final class ReplayLog {
  private static final int LENGTH_BYTES = 4;

  /** Enough of a frame to know what it is about. */
  private static final int HEAD_BYTES = 64;

  private final long limit;
  private final MemoryAccount memory;
  private final Runnable onRoom;
  private final ReentrantLock lock = new ReentrantLock();
  private final KeptBytes kept; // guarded by lock; each frame behind its length
  private final ByteBuffer length = ByteBuffer.allocate(LENGTH_BYTES); // guarded by lock
  private long acknowledged; // guarded by lock; frames before the first one here
  private long frames; // guarded by lock
  private boolean closed; // guarded by lock
  private volatile long bytes;

  /**
   * @param limit in bytes
   * @param memory of the client
   * @param segments where the bytes are kept
   * @param onRoom runs when the log may no longer be full, on any thread; must not block
   */
  public ReplayLog(long limit, MemoryAccount memory, BufferPool segments, Runnable onRoom) {
    this.limit = limit;
    this.memory = memory;
    this.kept = new KeptBytes(segments);
    this.onRoom = onRoom;
  }

  /** Bytes that are kept; any thread may ask. */
  public long bytes() {
    return bytes;
  }

  public boolean isFull() {
    return bytes >= limit
        || !memory.hasRoom(MemoryUse.REPLAY, Limits.FRAME_BUFFER_BYTES, onRoom);
  }

  /** Whether control frames, which do not wait for room, have filled it far beyond its limit. */
  public boolean isOverrun() {
    return bytes >= limit + Limits.REPLAY_OVERRUN_BYTES;
  }

  /** Keeps a copy. */
  public void add(ByteBuffer frame) {
    lock.lock();
    try {
      if (closed) {
        return;
      }
      long capacity = kept.capacity();
      kept.append(length.clear().putInt(frame.remaining()).flip());
      kept.append(frame.duplicate());
      frames++;
      bytes += frame.remaining();
      memory.take(MemoryUse.REPLAY, kept.capacity() - capacity);
    } finally {
      lock.unlock();
    }
  }

  /** How many frames the client is known to have. */
  public long acknowledged() {
    lock.lock();
    try {
      return acknowledged;
    } finally {
      lock.unlock();
    }
  }

  /** Whether a client can have so many frames, as far as is known here. */
  public boolean covers(long count) {
    lock.lock();
    try {
      return count >= acknowledged && count <= acknowledged + frames;
    } finally {
      lock.unlock();
    }
  }

  /**
   * The client has handled so many frames since the beginning; they are forgotten. A number below an
   * earlier one is ignored. Returns false for frames that were never sent.
   */
  public boolean acknowledge(long count) {
    long freed = 0;
    boolean full = false;
    lock.lock();
    try {
      if (closed) {
        return true;
      }
      if (Long.compareUnsigned(count, acknowledged + frames) > 0) {
        return false;
      }
      freed = kept.capacity();
      full = bytes >= limit;
      long position = kept.start();
      for (; acknowledged < count; acknowledged++, frames--) {
        int size = lengthAt(position);
        bytes -= size;
        position += LENGTH_BYTES + size;
      }
      kept.discardTo(position);
      freed -= kept.capacity();
      return true;
    } finally {
      lock.unlock();
      memory.release(MemoryUse.REPLAY, freed);
      if (full) { // else the relay does not wait for this, and waking it costs it a round
        onRoom.run();
      }
    }
  }

  private int lengthAt(long position) {
    kept.read(position, length.clear());
    return length.flip().getInt();
  }

  /** Forgets all frames, and keeps none from now on. */
  public void close() {
    long freed = 0;
    lock.lock();
    try {
      closed = true;
      frames = 0;
      bytes = 0;
      freed = kept.capacity();
      kept.discardTo(kept.end());
    } finally {
      lock.unlock();
      memory.release(MemoryUse.REPLAY, freed);
    }
  }

  /** What is to be sent again, oldest first, as far as it has been sent when this is called. */
  public Replay replay() {
    lock.lock();
    try {
      return new Replay(kept.start(), kept.end());
    } finally {
      lock.unlock();
    }
  }

  /** Goes through the frames that were not acknowledged. For one thread. */
  public final class Replay {
    private long position;
    private final long end;

    private Replay(long position, long end) {
      this.position = position;
      this.end = end;
    }

    /** How many bytes the next frame has; 0 behind the last one. */
    public int nextBytes() {
      lock.lock();
      try {
        position = Math.max(position, kept.start()); // the client has got what it acknowledges
        return position < end ? lengthAt(position) : 0;
      } finally {
        lock.unlock();
      }
    }

    /**
     * Copies the next frame, or as much of it as there is room for, and goes on to the one behind it.
     *
     * @return false when the client has acknowledged it meanwhile, so that nothing was copied
     */
    public boolean next(ByteBuffer into) {
      lock.lock();
      try {
        if (position < kept.start()) {
          return false;
        }
        int size = lengthAt(position);
        into.limit(Math.min(into.limit(), into.position() + size));
        kept.read(position + LENGTH_BYTES, into);
        position += LENGTH_BYTES + size;
        return true;
      } finally {
        lock.unlock();
      }
    }
  }

  /** Payload bytes of each socket among them; those of an earlier socket with its id do not count. */
  public Map<Integer, Long> payloadBytes() {
    Map<Integer, Long> sums = new HashMap<>();
    Replay replay = replay();
    ByteBuffer head = ByteBuffer.allocate(HEAD_BYTES).order(FrameHeader.ORDER);
    for (int size; (size = replay.nextBytes()) > 0;) {
      if (replay.next(head.clear())) {
        count(head.flip(), size, sums);
      }
    }
    return sums;
  }

  private static void count(ByteBuffer head, int size, Map<Integer, Long> sums) {
    switch (Opcode.of(FrameHeader.opcode(head))) { // not every frame is about a socket
      case TCP_RECV ->
          sums.merge(
              FrameHeader.socketId(head), (long) size - FrameHeader.DATA_OFFSET, Long::sum);
      case UDP_RECV ->
          sums.merge(
              FrameHeader.socketId(head), (long) UdpRecvFrame.payloadBytes(head, size), Long::sum);
      case TCP_CONNECTED, TCP_CLOSE, UDP_BOUND, UDP_CLOSE ->
          sums.remove(FrameHeader.socketId(head));
      case TCP_ACCEPT -> sums.remove(head.getInt(FrameHeader.DATA_OFFSET));
      case null, default -> {
      }
    }
  }
}
