package com.jstorrent.iodaemon.http.wire;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.transport.kernel.KernelSockets;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One HTTP connection: reads heads and bodies strictly, and ends reads and writes that take too long.
 * Used by the one thread that serves the connection, unless a method says otherwise.
 */
public final class HttpConnection {
  private static final Logger LOG = LoggerFactory.getLogger(HttpConnection.class);
  private static final byte[] CONTINUE =
      "HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  private static final InputStream NO_BODY = InputStream.nullInputStream();
  private static final Duration PROBE = Duration.ofMillis(5);
  private static final Duration LINGER_STEP = Duration.ofMillis(500);
  private static final long LINGER_BYTES = Limits.BODY_BYTES;
  private static final int LINGER_PART = 4 << 10;

  private final SocketChannel channel;
  private final Limits limits;
  private final ConnectionClocks clocks;
  private final ConnectionClock clock;
  private final TimedInput input;
  private final InputBuffer buffer;
  private final GuardedOutput output;
  private final Runnable exempt;
  private volatile boolean idle;
  private boolean exempted;
  private InputStream body = NO_BODY;

  /**
   * @param exempt see {@link LoopbackListener.Handler#serve}
   * @throws IOException when the channel is already closed
   */
  public HttpConnection(
      SocketChannel channel, Limits limits, ConnectionClocks clocks, Runnable exempt)
      throws IOException {
    this.channel = channel;
    this.exempt = exempt;
    this.limits = limits;
    this.clocks = clocks;
    this.clock = new ConnectionClock(channel, clocks.time());
    Socket socket = channel.socket();
    this.input = new TimedInput(socket.getInputStream(), socket, clock, limits.bodyStall());
    this.buffer = new InputBuffer(input);
    this.output = new GuardedOutput(channel, clock, limits.bodyStall(), clocks.sample());
    clocks.begin(clock);
  }

  public SocketChannel channel() {
    return channel;
  }

  /** Whether the connection waits for a request, so that it may be closed at any time. Any thread may call it. */
  public boolean isIdle() {
    return idle;
  }

  public void setIdle(boolean waits) {
    idle = waits;
  }

  /**
   * The client has shown the token or another secret, or the connection is upgraded: it is no longer closed in favour
   * of others.
   */
  public void exemptFromEviction() {
    if (!exempted) {
      exempted = true;
      exempt.run();
    }
  }

  /**
   * Where answers go. The connection is closed when the client reads nothing for {@code bodyStall}.
   */
  public WritableByteChannel output() {
    return output;
  }

  /** Releases the memory that a connection between two requests does not need. */
  public void releaseIdleMemory() {
    body = NO_BODY;
    buffer.shrink();
  }

  /**
   * Waits for the first bytes of the next request.
   *
   * @param last whether no request may follow once the time has passed; such a wait costs less
   * @return false when none came in time, or the client has ended its side
   * @throws IOException when the connection breaks
   */
  public boolean awaitRequest(Duration time, boolean last) throws IOException {
    input.atMost(Limits.HEAD_BYTES);
    if (last) {
      input.within(time);
    } else {
      input.poll(time);
    }
    try {
      return buffer.length() > 0 || buffer.fill();
    } catch (SocketTimeoutException e) {
      return false;
    }
  }

  /**
   * Reads the head of the request that {@link #awaitRequest} has waited for.
   *
   * @return null when the client has ended its side
   * @throws SocketTimeoutException when the head is not complete in time
   * @throws IOException when it is malformed or too large (see the exceptions of this package), or the
   *     connection breaks
   */
  public @Nullable Request next() throws IOException {
    input.poll(limits.headTimeout()); // hardly ever used: the whole head is in the buffer
    Request request = HeadParser.read(buffer);
    input.perRead();
    input.atMost(Long.MAX_VALUE);
    if (request != null) {
      body = open(request.bodyLength());
    }
    return request;
  }

  /** Writes everything to {@link #output}. */
  public void send(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      output.write(bytes);
    }
  }

  /** Sends 100 Continue, for which the client waits before it sends its body. */
  public void sendContinue() throws IOException {
    send(ByteBuffer.wrap(CONTINUE));
  }

  /**
   * Whether the client has closed the connection, rather than only its side of it (half-close). Bytes
   * that it has sent meanwhile are kept for the next request. Blocks for a few milliseconds; only for
   * use when the body of the request has been read.
   */
  public boolean clientGone() {
    return inputIsOver() && !(input.hasEnded() && KernelSockets.isPeerHeld(channel));
  }

  private boolean inputIsOver() {
    if (input.hasEnded()) {
      return true;
    }
    input.probe(PROBE);
    try {
      return !buffer.fill();
    } catch (SocketTimeoutException e) {
      return false;
    } catch (IOException e) {
      return true;
    } finally {
      input.perRead();
    }
  }

  /** The bytes that were read after the request: after an upgrade they belong to the other protocol. */
  public ByteBuffer takeReadAhead() {
    ByteBuffer bytes = ByteBuffer.allocate(buffer.length());
    buffer.take(bytes);
    return bytes.flip();
  }

  private InputStream open(long length) {
    return length == Request.CHUNKED
        ? new ChunkedInput(buffer)
        : new FixedLengthInput(buffer, channel, clock, limits.bodyStall(), length);
  }

  /** The body of the current request; the next request follows its end. */
  public InputStream body() {
    return body;
  }

  /** Whether {@link #readBody} can be used: the body has a declared length, and reads can be ended. */
  public boolean hasFixedBody() {
    return body instanceof FixedLengthInput && ConnectionClock.ENDS_READS;
  }

  /**
   * Reads the body until the buffer is full or the body ends, straight from the channel.
   *
   * @throws EOFException when the client ends its side in the middle of the body
   * @throws SocketTimeoutException when nothing comes for too long
   */
  public void readBody(ByteBuffer into) throws IOException {
    if (body instanceof FixedLengthInput fixed) {
      fixed.readFully(into);
    }
  }

  /** Stops reading from the client, which can still be answered. Any thread may call it. */
  public void endInput() {
    try {
      channel.shutdownInput();
    } catch (IOException e) {
      LOG.trace("The input of a connection had ended already: {}", e.toString());
    }
  }

  /** Ends the time limits; the caller closes the channel. */
  public void release() {
    clocks.end(clock);
  }

  /**
   * Ends the connection so that the last answer arrives: closing it while input is unread would send
   * a reset, which can destroy an answer that the client has not read yet. Blocks until the client has
   * stopped sending, for {@link Limits#CLOSE_HANDSHAKE} at most.
   */
  public void lingeringClose() throws IOException {
    channel.shutdownOutput();
    Socket socket = channel.socket();
    if (socket.isInputShutdown()) {
      return; // the clock has shut it down
    }
    socket.setSoTimeout((int) LINGER_STEP.toMillis());
    InputStream unread = socket.getInputStream();
    byte[] discarded = new byte[LINGER_PART];
    long end = clock.nanoTime() + Limits.CLOSE_HANDSHAKE.toNanos();
    long total = 0;
    try {
      for (int count; total < LINGER_BYTES && clock.nanoTime() < end; total += count) {
        count = unread.read(discarded);
        if (count < 0) {
          break;
        }
      }
    } catch (SocketTimeoutException e) {
      // The client has paused: it has sent what it was going to send.
    }
  }
}
