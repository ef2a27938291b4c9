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
 * The frames that were sent to a client and that it has not acknowledged yet, so that they can be sent
 * again on another connection (PROTOCOL.md § 9.3). The relay adds and replays, the client's reader
 * acknowledges. Bounded in bytes by the relay, which reads no peer while the log is full. It also
 * counts as full while there is no memory for another frame.
 */
public final class ReplayLog {
  private static final int LENGTH_BYTES = 4;

  /** Enough of a frame to know what it is about. */
  private static final int HEAD_BYTES = 64;

  /** The status of a TCP_CONNECTED or UDP_BOUND that reports success; it follows the id. */
  private static final byte SUCCEEDED = 0;

  private final long limit;
  private final MemoryAccount memory;
  private final Runnable onRoom;
  private final ReentrantLock lock = new ReentrantLock();
  private final BufferPool frameBuffers;
  private final KeptBytes lengths; // guarded by lock; of the frames
  private final KeptBytes kept; // guarded by lock; the frames
  private final ByteBuffer length = ByteBuffer.allocate(LENGTH_BYTES); // guarded by lock
  private long acknowledged; // guarded by lock; how many frames were sent before the first one here
  private long frames; // guarded by lock
  private boolean closed; // guarded by lock
  private volatile long bytes;

  /**
   * @param limit in bytes
   * @param memory of the client
   * @param segments where copies are kept
   * @param frameBuffers the pool of the buffers of frames that are kept without a copy
   * @param onRoom runs when the log may no longer be full, on any thread; must not block
   */
  public ReplayLog(
      long limit,
      MemoryAccount memory,
      BufferPool segments,
      BufferPool frameBuffers,
      Runnable onRoom) {
    this.limit = limit;
    this.memory = memory;
    this.frameBuffers = frameBuffers;
    this.lengths = new KeptBytes(segments);
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
    add(frame, false);
  }

  /**
   * Keeps a frame that is about to be sent: together with its buffer, if that is a full-sized one that
   * the frame fills by more than half; otherwise as a copy. The buffer still belongs to the caller
   * until {@link #transferOwnership}.
   */
  public void addWithBuffer(ByteBuffer frame) {
    add(
        frame,
        frame.capacity() == frameBuffers.bufferBytes()
            && frame.remaining() > frame.capacity() / 2);
  }

  private void add(ByteBuffer frame, boolean withoutCopy) {
    lock.lock();
    try {
      if (closed) {
        return;
      }
      long capacity = capacity();
      lengths.append(length.clear().putInt(frame.remaining()).flip());
      if (withoutCopy) {
        kept.appendWithoutCopy(frame, frameBuffers);
      } else {
        kept.append(frame.duplicate());
      }
      frames++;
      bytes += frame.remaining();
      memory.take(MemoryUse.REPLAY, capacity() - capacity);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Called when a frame that was added has been sent.
   *
   * @param frame its buffer
   * @return whether the buffer belongs to this log now; false when a copy is kept, or the frame has been acknowledged
   */
  public boolean transferOwnership(ByteBuffer frame) {
    lock.lock();
    try {
      return kept.transferOwnership(frame);
    } finally {
      lock.unlock();
    }
  }

  private long capacity() {
    return lengths.capacity() + kept.capacity();
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

  /** Whether a client can have received this many frames, as far as is known here. */
  public boolean covers(long count) {
    lock.lock();
    try {
      return count >= acknowledged && count <= acknowledged + frames;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Discards frames, because the client has handled this many since the beginning. A number below an
   * earlier one is ignored. Returns false if that many were never sent.
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
      freed = capacity();
      full = bytes >= limit;
      long index = lengths.start();
      long position = kept.start();
      for (; acknowledged < count; acknowledged++, frames--) {
        int size = lengthAt(index);
        bytes -= size;
        index += LENGTH_BYTES;
        position += size;
      }
      lengths.discardTo(index);
      kept.discardTo(position);
      freed -= capacity();
      return true;
    } finally {
      lock.unlock();
      memory.release(MemoryUse.REPLAY, freed);
      if (full) { // else the relay does not wait for this, and waking it costs it a round
        onRoom.run();
      }
    }
  }

  private int lengthAt(long index) {
    lengths.read(index, length.clear());
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
      freed = capacity();
      lengths.discardTo(lengths.end());
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
      return new Replay();
    } finally {
      lock.unlock();
    }
  }

  /** Goes through the frames that were not acknowledged. For one thread. */
  public final class Replay {
    private long index = lengths.start();
    private long position = kept.start();
    private final long end = lengths.end();

    private Replay() {}

    /** How many bytes the next frame has; 0 after the last one. */
    public int nextBytes() {
      lock.lock();
      try {
        index = Math.max(index, lengths.start()); // the client has got what it acknowledges
        position = Math.max(position, kept.start());
        return index < end ? lengthAt(index) : 0;
      } finally {
        lock.unlock();
      }
    }

    /**
     * Copies the next frame, or as much of it as there is room for, and moves on to the one after it.
     *
     * @return false when the client has acknowledged it meanwhile, so that nothing was copied
     */
    public boolean next(ByteBuffer into) {
      lock.lock();
      try {
        if (index < lengths.start()) {
          return false;
        }
        int size = lengthAt(index);
        into.limit(Math.min(into.limit(), into.position() + size));
        kept.read(position, into);
        index += LENGTH_BYTES;
        position += size;
        return true;
      } finally {
        lock.unlock();
      }
    }
  }

  /**
   * The payload bytes of each socket in these frames; those of an earlier socket with the same id do
   * not count.
   */
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
      case TCP_CONNECTED, UDP_BOUND -> {
        if (head.get(FrameHeader.DATA_OFFSET) == SUCCEEDED) { // else the id may be that of another socket
          sums.remove(FrameHeader.socketId(head));
        }
      }
      case TCP_CLOSE, UDP_CLOSE -> sums.remove(FrameHeader.socketId(head));
      case TCP_ACCEPT -> sums.remove(head.getInt(FrameHeader.DATA_OFFSET));
      case null, default -> {
      }
    }
  }
}
