package com.jstorrent.iodaemon.net.relay;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.frame.FrameHeader;
import com.jstorrent.iodaemon.frame.Opcode;
import com.jstorrent.iodaemon.memory.MemoryAccount;
import com.jstorrent.iodaemon.memory.MemoryUse;
import com.jstorrent.iodaemon.time.MonotonicClock;
import com.jstorrent.iodaemon.transport.BufferPool;
import java.nio.ByteBuffer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The frame of data that is being built for a client: a peer's bytes are read to the place of its
 * payload, with room for both headers in front. All sockets of a client share it. Its buffer is taken
 * from the pool when a peer sends, and is given back when none has sent for a while, or passed on to
 * the log that keeps the frame; while memory is short, it is a small one. While frames wait to be sent
 * together, the next one is built in another buffer. Used by the relay's thread only.
 */
public final class InboundFrame {
  /**
   * The most that is read at once while small messages pass too, because they wait for the frame before
   * them. docs/performance.md says what smaller and larger portions cost.
   */
  private static final int BULK_BESIDE_SMALL_BYTES = 32 << 10;

  /** How long a small message counts as a sign of more to come. */
  private static final long SMALL_TRAFFIC_NANOS = 5_000_000;

  /** The most that is read at once while there is no memory for a large buffer. */
  private static final int SHORT_BYTES = 16 << 10;

  /** PROTOCOL.md § 4.8: the most frames of a fast peer that are sent in one system call. */
  static final int GATHERED_FRAMES = 4;

  /** When a frame has this much data, there may be more to read at once, which is sent with it. */
  static final int GATHERED_DATA_BYTES = 16 << 10;

  private final BufferPool buffers;
  private final MemoryAccount memory;
  private final MonotonicClock clock;
  private final int headroom;
  private final int dataStart;
  private final @Nullable ByteBuffer[] frames = new @Nullable ByteBuffer[GATHERED_FRAMES];
  private int current; // index of the frame that is being built
  private int built; // how many frames are built and not sent yet
  private @Nullable ByteBuffer scratch;
  private long lastSmall;

  /**
   * @param memory of the client
   * @param headroom bytes in front of a frame that the connection needs
   */
  public InboundFrame(
      BufferPool buffers, MemoryAccount memory, MonotonicClock clock, int headroom) {
    this.buffers = buffers;
    this.memory = memory;
    this.clock = clock;
    this.headroom = headroom;
    this.dataStart = headroom + FrameHeader.DATA_OFFSET;
    this.lastSmall = clock.nanoTime() - SMALL_TRAFFIC_NANOS;
  }

  /** The whole buffer, for a kind of frame that writes its own headers after the headroom. */
  public ByteBuffer buffer() {
    return large(frames[current]);
  }

  private ByteBuffer large(@Nullable ByteBuffer made) {
    ByteBuffer large = made != null && isLarge(made) ? made : take();
    frames[current] = large;
    return large;
  }

  private boolean isLarge(@Nullable ByteBuffer buffer) {
    return buffer != null && buffer.capacity() == buffers.bufferBytes();
  }

  private ByteBuffer take() {
    memory.take(MemoryUse.FRAMES, buffers.bufferBytes());
    return buffers.take().order(FrameHeader.ORDER);
  }

  /** Room for a whole frame of this size, after the headroom. */
  public ByteBuffer frame(int size) {
    ByteBuffer buffer = buffer();
    int end = headroom + size;
    return end <= buffer.capacity()
        ? buffer.limit(end).position(headroom)
        : ByteBuffer.allocate(end).order(FrameHeader.ORDER).position(headroom);
  }

  /** Room for the next bytes of a TCP peer. */
  public ByteBuffer room(int most) {
    ByteBuffer buffer = frames[current];
    if (buffer == null && most <= SHORT_BYTES && !hasMemory()) {
      buffer = ByteBuffer.allocate(dataStart + SHORT_BYTES).order(FrameHeader.ORDER);
      frames[current] = buffer;
    } else if (buffer == null || buffer.capacity() < dataStart + most) {
      buffer = large(buffer);
    }
    return buffer.limit(dataStart + most).position(dataStart);
  }

  private boolean hasMemory() {
    return memory.hasRoom(MemoryUse.FRAMES, buffers.bufferBytes());
  }

  /** The TCP_RECV frame with the bytes that were read into {@link #room}. */
  public ByteBuffer tcpRecv(int socketId, int count) {
    ByteBuffer begun = frames[current];
    ByteBuffer buffer = begun != null ? begun : buffer();
    FrameHeader.putData(buffer, headroom, Opcode.TCP_RECV, socketId);
    if (count < Limits.SMALL_FRAME_BYTES) {
      smallFramePasses();
    }
    built = current + 1;
    return buffer.limit(dataStart + count).position(headroom);
  }

  /**
   * Builds the next frame in another buffer, because this one waits to be sent with it.
   *
   * @param count bytes of data in this one
   * @return false when this one should be sent at once: it is small, no more can wait, memory is short, or small
   *     frames pass
   */
  public boolean another(int count) {
    if (count < GATHERED_DATA_BYTES || current + 1 == frames.length
        || frames[current + 1] == null && !hasMemory()
        || isBesideSmall()) {
      return false;
    }
    current++;
    return true;
  }

  /**
   * Called when no frame waits to be sent any more.
   *
   * @param kept says whether a frame's buffer belongs to the {@link ReplayLog} now
   */
  public void sent(Predicate<ByteBuffer> kept) {
    for (int i = 0; i < built; i++) {
      ByteBuffer frame = frames[i];
      if (frame != null && kept.test(frame)) {
        frames[i] = null;
        memory.release(MemoryUse.FRAMES, buffers.bufferBytes());
      }
    }
    built = 0;
    current = 0;
  }

  /** Room for all the encrypted bytes that one read may bring. */
  public ByteBuffer scratch() {
    ByteBuffer made = scratch;
    return made != null ? made : (scratch = take());
  }

  /** The most bytes that one read should bring now. */
  public int mostBytes() {
    if (!isLarge(frames[current]) && !hasMemory()) {
      return SHORT_BYTES;
    }
    return isBesideSmall() ? BULK_BESIDE_SMALL_BYTES : Limits.RECV_DATA_BYTES;
  }

  private boolean isBesideSmall() {
    return clock.nanoTime() - lastSmall < SMALL_TRAFFIC_NANOS;
  }

  public void smallFramePasses() {
    lastSmall = clock.nanoTime();
  }

  /** Gives the buffers back at once while memory is short, so that clients take turns with them. */
  public void roundOver() {
    if (!hasMemory()) {
      release();
    }
  }

  /** Gives the buffers back to the pool, until a peer sends again. */
  public void release() {
    for (int i = 0; i < frames.length; i++) {
      giveBack(frames[i]);
      frames[i] = null;
    }
    giveBack(scratch);
    scratch = null;
  }

  private void giveBack(@Nullable ByteBuffer buffer) {
    if (buffer != null && isLarge(buffer)) {
      buffers.give(buffer);
      memory.release(MemoryUse.FRAMES, buffers.bufferBytes());
    }
  }
}
