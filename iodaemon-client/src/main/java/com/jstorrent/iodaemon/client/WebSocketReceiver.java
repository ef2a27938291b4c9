package com.jstorrent.iodaemon.client;

import java.io.EOFException;
import java.io.IOException;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Puts messages together from the parts that the JDK delivers, and queues a bounded number of bytes
 * of them: beyond it no part is requested, and TCP slows the daemon.
 */
final class WebSocketReceiver implements WebSocket.Listener {
  private static final int QUEUE_BYTES = 1 << 20;
  private static final int FIRST_PART_BYTES = 64 << 10;

  /** PROTOCOL.md § 3.1. */
  private static final int MOST_FRAME_BYTES = 16 << 20;

  /** What the JDK reports for a connection that ended without a Close (RFC 6455 § 7.1.5). */
  private static final int WITHOUT_CLOSE = 1006;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Deque<ByteBuffer> frames = new ArrayDeque<>(); // guarded by lock, as those below
  private int queuedBytes;
  private boolean paused;
  private boolean discarding;
  private @Nullable IOException end;
  private @Nullable WebSocket socket;
  private byte[] message = new byte[FIRST_PART_BYTES]; // of the JDK's calls, one at a time
  private int length;

  @Override
  public void onOpen(WebSocket webSocket) {
    lock.lock();
    try {
      socket = webSocket;
    } finally {
      lock.unlock();
    }
    webSocket.request(1);
  }

  @Override
  public @Nullable CompletionStage<?> onBinary(WebSocket from, ByteBuffer part, boolean last) {
    if (part.remaining() > MOST_FRAME_BYTES - length) {
      end(new IOException("The daemon has sent a frame that is too long."));
      from.abort();
      return null;
    }
    if (length + part.remaining() > message.length) {
      int size =
          Math.max(length + part.remaining(), Math.min(2 * message.length, MOST_FRAME_BYTES));
      message = Arrays.copyOf(message, size);
    }
    int size = part.remaining();
    part.get(message, length, size);
    length += size;
    if (last) {
      ByteBuffer frame = ByteBuffer.wrap(Arrays.copyOf(message, length));
      length = 0;
      if (!queue(frame)) {
        return null;
      }
    }
    from.request(1);
    return null;
  }

  /** Whether more is wanted. */
  private boolean queue(ByteBuffer frame) {
    lock.lock();
    try {
      if (discarding) {
        return true;
      }
      frames.add(frame);
      queuedBytes += frame.remaining();
      changed.signalAll();
      paused = queuedBytes >= QUEUE_BYTES;
      return !paused;
    } finally {
      lock.unlock();
    }
  }

  /**
   * The JDK answers with a Close when what is returned is complete, even if there was none: with 1000, which would
   * end the session if it arrived (PROTOCOL.md § 9.3). So that is never complete then; abort ends the connection.
   */
  @Override
  public @Nullable CompletionStage<?> onClose(WebSocket from, int code, String reason) {
    if (code == WITHOUT_CLOSE) {
      end(new EOFException("The connection to the daemon has broken."));
      return new CompletableFuture<>();
    }
    end(new LinkClosedException(code));
    return null;
  }

  @Override
  public void onError(WebSocket from, Throwable error) {
    end(new IOException("The connection to the daemon has broken.", error));
  }

  /** Ends what is received, after what was received. The first reason counts. */
  void end(IOException why) {
    lock.lock();
    try {
      if (end == null) {
        end = why;
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  @Nullable
  ByteBuffer take(Duration timeout) throws IOException, InterruptedException {
    WebSocket wake;
    ByteBuffer frame;
    long left = timeout.toNanos();
    lock.lock();
    try {
      while (frames.isEmpty() && end == null && left > 0) {
        left = changed.awaitNanos(left);
      }
      frame = frames.poll();
      if (frame == null) {
        if (end != null) {
          throw end;
        }
        return null;
      }
      queuedBytes -= frame.remaining();
      wake = takePause(queuedBytes < QUEUE_BYTES);
    } finally {
      lock.unlock();
    }
    if (wake != null) {
      wake.request(1);
    }
    return frame;
  }

  /** Drops what comes, and waits for the end of the connection. */
  void awaitEnd(Duration timeout) throws InterruptedException {
    WebSocket wake;
    lock.lock();
    try {
      discarding = true;
      wake = takePause(true);
    } finally {
      lock.unlock();
    }
    if (wake != null) {
      wake.request(1);
    }
    long left = timeout.toNanos();
    lock.lock();
    try {
      while (end == null && left > 0) {
        left = changed.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }

  private @Nullable WebSocket takePause(boolean over) {
    if (!paused || !over) {
      return null;
    }
    paused = false;
    return socket;
  }
}
