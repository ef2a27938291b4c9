package com.jstorrent.iodaemon.client.files;

import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The body of a request, copied from the caller's buffers in steps, as the connection takes them. Once
 * {@link #release} has returned, the buffers are no longer read: the caller may reuse them while a request that has
 * taken too long is still being ended. Thread-safe.
 */
final class BufferPublisher implements HttpRequest.BodyPublisher {
  private static final int STEP_BYTES = 64 << 10;

  private final List<ByteBuffer> parts;
  private final long length;
  private final ReentrantLock lock = new ReentrantLock();
  private boolean released; // guarded by lock

  BufferPublisher(List<ByteBuffer> parts, long length) {
    this.parts = parts;
    this.length = length;
  }

  @Override
  public long contentLength() {
    return length;
  }

  @Override
  public void subscribe(Flow.Subscriber<? super ByteBuffer> subscriber) {
    subscriber.onSubscribe(new Sending(subscriber));
  }

  /** From now on no byte of the caller's buffers is read. */
  void release() {
    lock.lock();
    try {
      released = true;
    } finally {
      lock.unlock();
    }
  }

  /** One pass over the body; the JDK makes another one when it sends a request again. */
  private final class Sending implements Flow.Subscription {
    private final Flow.Subscriber<? super ByteBuffer> subscriber;
    private final Deque<ByteBuffer> left = new ArrayDeque<>(); // used by the draining thread only
    private final AtomicLong demand = new AtomicLong();
    private volatile boolean ended;

    Sending(Flow.Subscriber<? super ByteBuffer> subscriber) {
      this.subscriber = subscriber;
      for (ByteBuffer part : parts) {
        if (part.hasRemaining()) {
          left.add(part.duplicate());
        }
      }
    }

    @Override
    public void request(long count) {
      if (count <= 0) {
        ended = true;
        subscriber.onError(new IllegalArgumentException("The demand must be positive."));
      } else if (demand.getAndAccumulate(count, Sending::sum) == 0) {
        do { // this loop also sends what is requested meanwhile, perhaps by onNext itself
          sendNext();
        } while (!ended && demand.decrementAndGet() > 0);
      }
    }

    private static long sum(long before, long more) {
      long sum = before + more;
      return sum < 0 ? Long.MAX_VALUE : sum;
    }

    private void sendNext() {
      if (ended) {
        return;
      }
      ByteBuffer step = copyNext();
      if (step == null) {
        ended = true;
        subscriber.onError(new IOException("The request was given up."));
        return;
      }
      subscriber.onNext(step);
      if (left.isEmpty() && !ended) {
        ended = true;
        subscriber.onComplete();
      }
    }

    /** Copies the next step of the body; null when the body was released. */
    private @Nullable ByteBuffer copyNext() {
      lock.lock();
      try {
        if (released) {
          return null;
        }
        long most = 0;
        for (ByteBuffer part : left) {
          most += part.remaining();
        }
        ByteBuffer step = ByteBuffer.allocate((int) Math.min(most, STEP_BYTES));
        while (step.hasRemaining()) {
          ByteBuffer part = left.getFirst();
          int count = Math.min(part.remaining(), step.remaining());
          step.put(part.slice(part.position(), count));
          part.position(part.position() + count);
          if (!part.hasRemaining()) {
            left.removeFirst();
          }
        }
        return step.flip();
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void cancel() {
      ended = true;
    }
  }
}
