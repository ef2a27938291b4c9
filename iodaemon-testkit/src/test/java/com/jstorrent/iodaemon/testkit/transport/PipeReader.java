package com.jstorrent.iodaemon.testkit.transport;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.transport.FrameReceiver;
import com.jstorrent.iodaemon.transport.LargeFrame;
import java.nio.ByteBuffer;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** How a {@link PipeConnection} hands frames to the session. */
final class PipeReader {
  private static final int TOO_SMALL = 100;

  private final FrameReceiver session;
  private final @Nullable Fault fault;
  private final BooleanSupplier aborted;
  private final Semaphore two = new Semaphore(2);
  private final LinkedBlockingQueue<byte[]> queue = new LinkedBlockingQueue<>();
  private boolean queueing;

  PipeReader(FrameReceiver session, @Nullable Fault fault, BooleanSupplier aborted) {
    this.session = session;
    this.fault = fault;
    this.aborted = aborted;
  }

  void deliver(byte[] frame) {
    switch (fault) {
      case DELIVERS_BY_TWO_THREADS -> {
        two.acquireUninterruptibly();
        Thread.ofPlatform()
            .daemon()
            .start(
                () -> {
                  pass(frame);
                  two.release();
                });
      }
      case READS_ON_WHILE_THE_SESSION_BLOCKS -> {
        queue.add(frame);
        if (!queueing) {
          queueing = true;
          Thread.ofPlatform().daemon().start(this::passQueued);
        }
      }
      case DELIVERS_THE_REST_AGAIN -> {
        ByteBuffer whole = ByteBuffer.wrap(frame);
        while (whole.hasRemaining() && !aborted.getAsBoolean()) {
          session.onFrame(whole);
        }
      }
      case null, default -> pass(frame);
    }
  }

  private void passQueued() {
    try {
      while (!aborted.getAsBoolean()) {
        pass(queue.take());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void pass(byte[] frame) {
    if (frame.length <= Limits.FRAME_BUFFER_BYTES) {
      session.onFrame(ByteBuffer.wrap(frame));
    } else {
      session.onLargeFrame(
          new Parts(
              frame,
              fault == Fault.CUTS_LARGE_FRAMES_SMALL ? TOO_SMALL : Limits.SEGMENT_BYTES));
    }
  }

  private static final class Parts implements LargeFrame {
    private final ByteBuffer whole;
    private final int partBytes;
    private ByteBuffer part = ByteBuffer.allocate(0);

    Parts(byte[] frame, int partBytes) {
      this.whole = ByteBuffer.wrap(frame);
      this.partBytes = partBytes;
    }

    @Override
    public int remaining() {
      return whole.remaining() + part.remaining();
    }

    @Override
    public @Nullable ByteBuffer next() {
      if (!part.hasRemaining()) {
        int bytes = Math.min(partBytes, whole.remaining());
        part = whole.slice(whole.position(), bytes);
        whole.position(whole.position() + bytes);
      }
      return part.hasRemaining() ? part : null;
    }
  }
}
