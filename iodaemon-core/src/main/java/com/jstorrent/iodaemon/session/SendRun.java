package com.jstorrent.iodaemon.session;

import com.jstorrent.iodaemon.frame.FrameHeader;
import com.jstorrent.iodaemon.frame.Opcode;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Consecutive TCP_SEND frames of one socket. They are handled like a single frame with the data of all,
 * so that it is written to the peer by one system call.
 */
final class SendRun {
  /** The most frames of a run: about as many as one system call takes at no extra cost. */
  static final int MAX_FRAMES = 64;

  private final ByteBuffer[] data;
  private final int bytes;

  private SendRun(ByteBuffer[] data, int bytes) {
    this.data = data;
    this.bytes = bytes;
  }

  /** Whether a run can begin with a frame. */
  private static boolean isSend(ByteBuffer frame) {
    return frame.remaining() >= FrameHeader.DATA_OFFSET
        && FrameHeader.version(frame) == FrameHeader.VERSION
        && FrameHeader.opcode(frame) == Opcode.TCP_SEND.code();
  }

  /**
   * The index after the run that begins with the frame at {@code first}; after that frame, if it begins
   * none.
   *
   * @param mostFrames of the run, at least 1
   * @param mostBytes the run ends with the frame that reaches this number
   */
  static int end(List<ByteBuffer> frames, int first, int mostFrames, int mostBytes) {
    ByteBuffer head = frames.get(first);
    if (!isSend(head)) {
      return first + 1;
    }
    int most = Math.min(frames.size(), first + mostFrames);
    int bytes = head.remaining();
    int end = first + 1;
    while (end < most && bytes < mostBytes && hasHeaderOf(head, frames.get(end))) {
      bytes += frames.get(end).remaining();
      end++;
    }
    return end;
  }

  /**
   * Whether both have the same header and socket, so that what is true of one is true of the other.
   * Frames in buffers of different byte orders are taken as different.
   */
  private static boolean hasHeaderOf(ByteBuffer head, ByteBuffer frame) {
    int first = head.position();
    int second = frame.position();
    return frame.remaining() >= FrameHeader.DATA_OFFSET
        && frame.order() == head.order()
        && frame.getLong(second) == head.getLong(first)
        && frame.getInt(second + FrameHeader.LENGTH) == head.getInt(first + FrameHeader.LENGTH);
  }

  /** The run of these frames. Skips all their headers but the first one, which is left to be read. */
  static SendRun of(List<ByteBuffer> frames) {
    int bytes = 0;
    for (ByteBuffer frame : frames) {
      bytes += frame.remaining();
    }
    for (ByteBuffer frame : frames.subList(1, frames.size())) {
      frame.position(frame.position() + FrameHeader.DATA_OFFSET);
    }
    return new SendRun(frames.toArray(ByteBuffer[]::new), bytes);
  }

  /** What the frames bring, in order. */
  ByteBuffer[] data() {
    return data;
  }

  /** The size of the frames, with their headers. */
  int bytes() {
    return bytes;
  }
}
