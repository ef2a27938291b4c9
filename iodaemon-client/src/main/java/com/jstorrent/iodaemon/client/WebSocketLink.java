package com.jstorrent.iodaemon.client;

import com.jstorrent.iodaemon.config.Limits;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection over a WebSocket. Frames are read by the thread that asks for them, so that TCP slows the daemon
 * down while none asks.
 */
final class WebSocketLink implements FrameLink {
  private static final Logger LOG = LoggerFactory.getLogger(WebSocketLink.class);
  private static final int NORMAL_CLOSURE = 1000;
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
  private static final int NO_CODE = 1005;

  private final Socket socket;
  private final Duration closeTimeout;
  private final WebSocketInput input;
  private final WebSocketOutput output;
  private final ReentrantLock reading = new ReentrantLock();
  private ByteBuffer message = NOTHING; // the parts of a message so far; guarded by reading, like the field below
  private @Nullable IOException end;
  private volatile boolean aborted;

  /**
   * @param input what follows the answer to the upgrade
   * @param closeTimeout how long {@link #close} waits for the daemon's Close
   */
  WebSocketLink(Socket socket, WebSocketInput input, Duration closeTimeout) throws IOException {
    this.socket = socket;
    this.closeTimeout = closeTimeout;
    this.input = input;
    this.output = new WebSocketOutput(socket.getOutputStream());
  }

  @Override
  public void send(ByteBuffer frame) throws IOException, InterruptedException {
    send(frame, false);
  }

  @Override
  public void send(ByteBuffer frame, boolean more) throws IOException, InterruptedException {
    try {
      output.message(frame, more);
    } catch (IOException e) {
      throw explained(e);
    }
  }

  @Override
  public @Nullable ByteBuffer receive(Duration timeout) throws IOException, InterruptedException {
    reading.lock();
    try {
      if (end != null) {
        throw end;
      }
      try {
        return read(SocketDeadline.after(timeout));
      } catch (IOException e) {
        end = explained(e);
        throw end;
      }
    } finally {
      reading.unlock();
    }
  }

  /** The next message, or null. Pings and parts of a message do not prolong the time. */
  private @Nullable ByteBuffer read(SocketDeadline deadline) throws IOException {
    while (true) {
      WebSocketInput.Frame frame = input.next(deadline);
      if (frame == null) {
        return null;
      }
      switch (frame.opcode()) {
        case WebSocketInput.BINARY, WebSocketInput.CONTINUATION -> {
          ByteBuffer whole = append(frame.payload());
          if (frame.last()) {
            message = NOTHING;
            return whole;
          }
          message = whole;
        }
        case WebSocketInput.PING -> output.pong(frame.payload());
        case WebSocketInput.PONG -> {
        } // to a ping that was not sent
        case WebSocketInput.CLOSE -> throw closed(frame.payload());
        default -> throw new IOException("The daemon has sent a frame that is not binary.");
      }
    }
  }

  private ByteBuffer append(ByteBuffer part) throws IOException {
    if (!message.hasRemaining()) {
      return part;
    }
    if (part.remaining() > Limits.FRAME_BYTES - message.remaining()) {
      throw new IOException("The daemon has sent a frame that is too long.");
    }
    ByteBuffer whole =
        ByteBuffer.allocate(message.remaining() + part.remaining())
            .put(message)
            .put(part)
            .flip();
    input.release(message);
    input.release(part);
    return whole;
  }

  /** Answers the daemon's Close, without waiting until the answer is sent. */
  private LinkClosedException closed(ByteBuffer payload) {
    int code =
        payload.remaining() < Short.BYTES
            ? NO_CODE
            : Short.toUnsignedInt(payload.getShort());
    sendClose(code == NO_CODE ? NORMAL_CLOSURE : code);
    return new LinkClosedException(code);
  }

  /**
   * Sends a Close on a thread of its own, because a frame that is being sent comes first and may block. A platform
   * thread, for the same reason as a pong.
   */
  private Thread sendClose(int code) {
    return WebSocketOutput.start(
        "iodaemon-client-close",
        () -> {
          try {
            output.close(code);
          } catch (IOException e) {
            LOG.trace("A Close was not sent: {}", e.toString());
          }
        });
  }

  private IOException explained(IOException failure) throws InterruptedException {
    if (Thread.interrupted()) { // the interrupt has closed the channel
      throw new InterruptedException();
    }
    if (failure instanceof LinkClosedException) {
      return failure; // even if a sender has noticed meanwhile, and aborted the link
    }
    return aborted
        ? new SocketException("The connection to the daemon was closed here.")
        : new IOException("The connection to the daemon has broken.", failure);
  }

  @Override
  public void release(ByteBuffer frame) {
    input.release(frame);
  }

  @Override
  public void close() {
    boolean interrupted = Thread.interrupted(); // the daemon must hear of the end all the same
    long deadline = System.nanoTime() + closeTimeout.toNanos();
    Thread closeThread = sendClose(NORMAL_CLOSURE);
    try {
      if (reading.tryLock(closeTimeout.toNanos(), TimeUnit.NANOSECONDS)) {
        try { // what another thread has not read yet is dropped
          for (long left; end == null && (left = deadline - System.nanoTime()) > 0;) {
            receive(Duration.ofNanos(left));
          }
        } finally {
          reading.unlock();
        }
      }
    } catch (IOException e) {
      LOG.trace("The connection has ended: {}", e.toString());
    } catch (InterruptedException e) {
      interrupted = true;
    } finally {
      interrupted |= awaitEnd(closeThread, deadline);
      abort();
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Waits for a thread even if this one is interrupted; returns whether it was. */
  private static boolean awaitEnd(Thread thread, long deadline) {
    boolean interrupted = false;
    for (long left; (left = deadline - System.nanoTime()) > 0;) {
      try {
        if (thread.join(Duration.ofNanos(left))) {
          break;
        }
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    return interrupted;
  }

  @Override
  public void abort() {
    aborted = true;
    try {
      socket.close();
    } catch (IOException e) {
      LOG.debug("Closing a connection failed: {}", e.toString());
    }
  }
}
