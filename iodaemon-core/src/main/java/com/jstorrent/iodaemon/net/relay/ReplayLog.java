package com.jstorrent.iodaemon.net.relay;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.frame.FrameHeader;
import com.jstorrent.iodaemon.frame.Opcode;
import com.jstorrent.iodaemon.frame.UdpRecvFrame;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The frames that were sent to a client and that it has not acknowledged yet, so that they can be
 * sent again on another connection (PROTOCOL.md § 9.3). The relay adds and replays, the
 * client's reader acknowledges. Bounded in bytes by the relay, which reads no peer while it is full.
 */
public final class ReplayLog {
  private final long limit;
  private final ReentrantLock lock = new ReentrantLock();
  private final ArrayDeque<ByteBuffer> frames = new ArrayDeque<>(); // guarded by lock
  private long acknowledged; // guarded by lock; frames before the first one here
  private volatile long bytes;

  public ReplayLog(long limit) {
    this.limit = limit;
  }

  /** Bytes that are kept; any thread may ask. */
  public long bytes() {
    return bytes;
  }

  public boolean isFull() {
    return bytes >= limit;
  }

  /** Whether control frames, which do not wait for room, have filled it far beyond its limit. */
  public boolean isOverrun() {
    return bytes >= limit + Limits.REPLAY_OVERRUN_BYTES;
  }

  /** Keeps a copy. */
  public void add(ByteBuffer frame) {
    ByteBuffer copy = ByteBuffer.allocate(frame.remaining()).order(FrameHeader.ORDER);
    copy.put(frame.duplicate()).flip();
    lock.lock();
    try {
      frames.addLast(copy);
      bytes += copy.remaining();
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
      return count >= acknowledged && count <= acknowledged + frames.size();
    } finally {
      lock.unlock();
    }
  }

  /**
   * The client has handled so many frames since the beginning; they are forgotten. A number below an
   * earlier one is ignored. Returns false for frames that were never sent.
   */
  public boolean acknowledge(long count) {
    lock.lock();
    try {
      if (Long.compareUnsigned(count, acknowledged + frames.size()) > 0) {
        return false;
      }
      while (acknowledged < count) {
        bytes -= frames.removeFirst().remaining();
        acknowledged++;
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** What is to be sent again, oldest first. */
  public List<ByteBuffer> unacknowledged() {
    lock.lock();
    try {
      return new ArrayList<>(frames);
    } finally {
      lock.unlock();
    }
  }

  /** Payload bytes of each socket among them; those of an earlier socket with its id do not count. */
  public Map<Integer, Long> payloadBytes() {
    Map<Integer, Long> sums = new HashMap<>();
    for (ByteBuffer frame : unacknowledged()) {
      switch (Opcode.of(FrameHeader.opcode(frame))) { // not every frame is about a socket
        case TCP_RECV -> {
          long count = (long) frame.remaining() - FrameHeader.DATA_OFFSET;
          sums.merge(FrameHeader.socketId(frame), count, Long::sum);
        }
        case UDP_RECV ->
            sums.merge(FrameHeader.socketId(frame), (long) UdpRecvFrame.payloadBytes(frame),
                Long::sum);
        case TCP_CONNECTED, TCP_CLOSE, UDP_BOUND, UDP_CLOSE ->
            sums.remove(FrameHeader.socketId(frame));
        case TCP_ACCEPT -> sums.remove(frame.getInt(FrameHeader.DATA_OFFSET));
        case null, default -> {
        }
      }
    }
    return sums;
  }
}
