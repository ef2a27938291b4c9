package com.jstorrent.iodaemon.client.files;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The body of an answer, read as it arrives. Each wait for bytes has a limit and can be interrupted; both end the
 * connection, and so does closing before the end. One thread at a time may read, any thread may close.
 */
final class AnswerInput extends InputStream implements HttpResponse.BodySubscriber<AnswerInput> {
  /** How many deliveries of the connection, usually of 16 KiB each, are requested ahead of the reader. */
  private static final int AHEAD = 4;

  /**
   * What the connection has delivered, as actions that the reader runs to change its own fields: AHEAD at most, and
   * an end.
   */
  private final BlockingQueue<Runnable> deliveries = new LinkedBlockingQueue<>();

  private final CompletableFuture<Flow.Subscription> subscription = new CompletableFuture<>();
  private volatile WaitLimit limit;
  private volatile boolean complete;
  private volatile boolean closed;

  // Only the reading thread uses these fields.
  private final Deque<ByteBuffer> current = new ArrayDeque<>();
  private boolean ended;
  private @Nullable Throwable failure;

  AnswerInput(WaitLimit limit) {
    this.limit = limit;
  }

  /** Changes the limit of the waits from now on. */
  void limit(WaitLimit next) {
    limit = next;
  }

  @Override
  public CompletionStage<AnswerInput> getBody() {
    return CompletableFuture.completedStage(this);
  }

  @Override
  public void onSubscribe(Flow.Subscription given) {
    if (!subscription.complete(given)) {
      given.cancel(); // closed already, or subscribed twice
    } else {
      given.request(AHEAD);
    }
  }

  @Override
  public void onNext(List<ByteBuffer> buffers) {
    deliveries.add(
        () -> {
          current.addAll(buffers);
          subscription.join().request(1);
        });
  }

  @Override
  public void onError(Throwable thrown) {
    complete = true;
    deliveries.add(
        () -> {
          ended = true;
          failure = thrown;
        });
  }

  @Override
  public void onComplete() {
    complete = true;
    deliveries.add(() -> ended = true);
  }

  @Override
  public int read() throws IOException {
    ByteBuffer next = next();
    return next == null ? -1 : Byte.toUnsignedInt(next.get());
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, into.length);
    return length == 0 ? 0 : read(ByteBuffer.wrap(into, offset, length));
  }

  /** Reads at least one byte, when there is room for one. Returns how many, or -1 at the end. */
  int read(ByteBuffer into) throws IOException {
    ByteBuffer next = next();
    if (next == null) {
      return -1;
    }
    int count = Math.min(next.remaining(), into.remaining());
    into.put(into.position(), next, next.position(), count);
    into.position(into.position() + count);
    next.position(next.position() + count);
    return count;
  }

  @Override
  public int available() {
    return current.stream().mapToInt(ByteBuffer::remaining).sum();
  }

  /** Bytes to read, or null at the end. */
  private @Nullable ByteBuffer next() throws IOException {
    while (true) {
      if (closed) {
        throw new IOException("The answer has been closed.");
      }
      ByteBuffer first = current.peekFirst();
      if (first == null) {
        if (!ended) {
          take();
        } else if (failure == null) {
          return null;
        } else {
          throw new IOException(
              "The connection to the daemon has ended in the middle of an answer.", failure);
        }
      } else if (first.hasRemaining()) {
        return first;
      } else {
        current.removeFirst();
      }
    }
  }

  private void take() throws IOException {
    try {
      Runnable next = deliveries.poll(limit.nextNanos(), TimeUnit.NANOSECONDS);
      if (next == null) {
        throw limit.exceeded();
      }
      next.run();
    } catch (InterruptedException e) {
      close();
      throw interrupted();
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  /** Turns an interrupt of this thread into an I/O exception; the thread stays interrupted. */
  static InterruptedIOException interrupted() {
    Thread.currentThread().interrupt();
    return new InterruptedIOException("The call was interrupted; the daemon may have done it.");
  }

  /** Ends the connection, unless all has been read. */
  @Override
  public void close() {
    closed = true;
    if (!subscription.completeExceptionally(new IOException("Closed."))
        && !subscription.isCompletedExceptionally()
        && !complete) {
      subscription.join().cancel();
    }
    deliveries.add(() -> {}); // wakes a reader on another thread
  }
}
