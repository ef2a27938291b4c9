package example;

import com.jstorrent.iodaemon.memory.MemoryAccount;
import com.jstorrent.iodaemon.memory.MemoryUse;
import com.jstorrent.iodaemon.transport.CloseReason;
import com.jstorrent.iodaemon.transport.FrameConnection;
import com.jstorrent.iodaemon.transport.FrameReceiver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** One connection. The session's relay thread writes, a thread of the transport reads. */
final class UnixConnection implements FrameConnection {
  private static final int HEADER = Integer.BYTES;
  private static final int DISCARDED_AT_ONCE = 8 << 10;

  private final SocketChannel channel;
  private final Consumer<Runnable> closeLimit;
  /** Known when the session has accepted the connection, which it may have ended by then. */
  private final CompletableFuture<FrameReceiver> receiver = new CompletableFuture<>();
  private final AtomicBoolean closing = new AtomicBoolean();
  private final AtomicBoolean probeWanted = new AtomicBoolean();

  UnixConnection(SocketChannel channel, Consumer<Runnable> closeLimit) {
    this.channel = channel;
    this.closeLimit = closeLimit;
  }

  void accepted(FrameReceiver session) {
    receiver.complete(session);
  }

  @Override
  public int headroom() {
    return HEADER;
  }

  @Override
  public void send(ByteBuffer frame) throws IOException {
    if (closing.get()) {
      return;
    }
    int start = frame.position() - HEADER;
    frame.putInt(start, frame.remaining());
    write(frame.position(start));
  }

  /** A blocking channel writes everything, and waits while the client takes nothing. */
  private void write(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  @Override
  public void flush() throws IOException {
    if (!channel.isOpen()) {
      throw new ClosedChannelException();
    }
    if (closing.get()) {
      channel.shutdownOutput();
    } else if (probeWanted.getAndSet(false)) {
      write(ByteBuffer.allocate(HEADER));
    }
  }

  @Override
  public void close(CloseReason reason) {
    if (closing.compareAndSet(false, true)) {
      closeLimit.accept(this::abort);
      wantFlush();
    }
  }

  @Override
  public void abort() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    wantFlush();
  }

  @Override
  public void probe() {
    probeWanted.set(true);
    wantFlush();
  }

  private void wantFlush() {
    receiver.thenAccept(FrameReceiver::onFlushWanted);
  }

  /** Delivers what arrives, until the connection has ended. */
  void readAll() {
    FrameReceiver session = receiver.join();
    try {
      deliverFrames(session);
    } catch (IOException e) {
      // the connection is lost, or has been aborted: either way it has ended
    }
    abort();
    session.onClosed(false); // an end of the stream says nothing about what the client meant
  }

  private void deliverFrames(FrameReceiver session) throws IOException {
    ByteBuffer header = ByteBuffer.allocate(HEADER);
    while (readFully(header.clear())) {
      int length = header.getInt(0);
      int limit = session.frameLimit();
      if (length < 0 || length > limit) {
        session.onViolation(
            CloseReason.TOO_BIG, "A frame may have " + limit + " bytes at most now.");
        discardRest();
        return;
      }
      if (length > 0) {
        deliverFrame(session, length);
      }
    }
  }

  /** What is held for a client is taken from its memory: with many of them, reading waits. */
  private void deliverFrame(FrameReceiver session, int length) throws IOException {
    MemoryAccount memory = session.memory();
    if (!memory.awaitTake(MemoryUse.FRAMES, length, channel::isOpen)) {
      throw new ClosedChannelException();
    }
    try {
      ByteBuffer frame = ByteBuffer.allocate(length);
      if (readFully(frame)) {
        session.onFrame(frame.flip());
      } // else the next read finds the end, too
    } finally {
      memory.release(MemoryUse.FRAMES, length);
    }
  }

  /** Returns false at the end of the stream. */
  private boolean readFully(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      if (channel.read(bytes) < 0) {
        return false;
      }
    }
    return true;
  }

  private void discardRest() throws IOException {
    ByteBuffer rest = ByteBuffer.allocate(DISCARDED_AT_ONCE);
    while (channel.read(rest.clear()) >= 0) {
      // until the client ends its side, or the time of close is over
    }
  }
}
