package com.jstorrent.iodaemon.net.relay;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.frame.FrameHeader;
import com.jstorrent.iodaemon.frame.Opcode;
import com.jstorrent.iodaemon.time.MonotonicClock;
import com.jstorrent.iodaemon.transport.BufferPool;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The frame of data that is being built for a client: a peer's bytes are read to where its payload
 * stands, with room for both headers in front. One for all sockets of a client, taken from the pool
 * when the first peer sends. Belongs to the relay's thread.
 */
public final class InboundFrame {
  /**
   * The most that is read at once while small messages pass too: they wait for the frame in front of
   * them. Halves their median latency beside a bulk transfer, which loses a fifth.
   */
  private static final int BULK_BESIDE_SMALL_BYTES = 64 << 10;

  /** How long a small message counts as a sign of more to come. */
  private static final long SMALL_TRAFFIC_NANOS = 5_000_000;

  private final BufferPool buffers;
  private final MonotonicClock clock;
  private final int headroom;
  private final int dataStart;
  private @Nullable ByteBuffer frame;
  private @Nullable ByteBuffer scratch;
  private long lastSmall;

  /**
   * @param headroom bytes in front of a frame that the connection needs
   */
  public InboundFrame(BufferPool buffers, MonotonicClock clock, int headroom) {
    this.buffers = buffers;
    this.clock = clock;
    this.headroom = headroom;
    this.dataStart = headroom + FrameHeader.DATA_OFFSET;
    this.lastSmall = clock.nanoTime() - SMALL_TRAFFIC_NANOS;
  }

  /** The whole buffer, for a kind of frame that writes its own headers behind the headroom. */
  public ByteBuffer buffer() {
    ByteBuffer made = frame;
    return made != null ? made : (frame = buffers.take().order(FrameHeader.ORDER));
  }

  /** Room for a whole frame of this size, behind the headroom. */
  public ByteBuffer frame(int size) {
    ByteBuffer buffer = buffer();
    int end = headroom + size;
    return end <= buffer.capacity()
        ? buffer.limit(end).position(headroom)
        : ByteBuffer.allocate(end).order(FrameHeader.ORDER).position(headroom);
  }

  /** Where the next bytes of a TCP peer go, so many at most. */
  public ByteBuffer room(int most) {
    return buffer().limit(dataStart + most).position(dataStart);
  }

  /** The TCP_RECV frame with as many bytes as were read into {@link #room}. */
  public ByteBuffer tcpRecv(int socketId, int count) {
    ByteBuffer buffer = buffer();
    FrameHeader.putData(buffer, headroom, Opcode.TCP_RECV, socketId);
    if (count < Limits.SMALL_FRAME_BYTES) {
      smallFramePasses();
    }
    return buffer.limit(dataStart + count).position(headroom);
  }

  /** Room for encrypted bytes, as many as one read may bring. */
  public ByteBuffer scratch() {
    ByteBuffer made = scratch;
    return made != null ? made : (scratch = buffers.take());
  }

  /** The most bytes that one read should bring now. */
  public int mostBytes() {
    boolean besideSmall = clock.nanoTime() - lastSmall < SMALL_TRAFFIC_NANOS;
    return besideSmall ? BULK_BESIDE_SMALL_BYTES : Limits.RECV_DATA_BYTES;
  }

  public void smallFramePasses() {
    lastSmall = clock.nanoTime();
  }

  /** Gives the buffers back to the pool. */
  public void release() {
    giveBack(frame);
    frame = null;
    giveBack(scratch);
    scratch = null;
  }

  private void giveBack(@Nullable ByteBuffer buffer) {
    if (buffer != null) {
      buffers.give(buffer);
    }
  }
}
