package com.jstorrent.iodaemon.http.wire;

import com.jstorrent.iodaemon.config.Limits;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentLengthStrategy;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.impl.io.DefaultBHttpServerConnection;
import org.apache.hc.core5.http.impl.io.SocketHolder;
import org.apache.hc.core5.http.io.SessionInputBuffer;
import org.apache.hc.core5.http.message.BasicClassicHttpResponse;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * One connection of the daemon's port, read by HttpCore under our rules: strict lines, strict body
 * lengths, strict chunks, and a clock. Used by the one thread that serves the connection.
 */
public final class HttpConnection extends DefaultBHttpServerConnection {
  /** HttpCore keeps three of them; bodies do not go through them. */
  private static final int BUFFER_BYTES = 4 << 10;

  private static final Http1Config CONFIG =
      Http1Config.custom().setBufferSize(BUFFER_BYTES).build();

  private static final Duration PROBE = Duration.ofMillis(5);
  private static final Duration LINGER_STEP = Duration.ofMillis(500);
  private static final long LINGER_BYTES = Limits.BODY_BYTES;
  private static final int CONTINUE = 100;

  private final SocketChannel channel;
  private final Limits limits;
  private final TimedInput input;
  private final ReadWatch watch;
  private @Nullable SessionInputBuffer readAhead;
  private @Nullable FixedLengthInput fixed; // the body, when its length was declared

  /**
   * @throws IOException when the channel is closed already
   */
  public HttpConnection(SocketChannel channel, Limits limits, ScheduledExecutorService timer)
      throws IOException {
    super(
        "http",
        CONFIG,
        null,
        null,
        new BodyLength(),
        null,
        config -> new HeadParser(),
        null);
    this.channel = channel;
    this.limits = limits;
    this.watch = new ReadWatch(channel, limits.bodyStall(), timer);
    Socket socket = channel.socket();
    this.input = new TimedInput(socket.getInputStream(), socket, limits.bodyStall());
    bind(
        new SocketHolder(socket) {
          @Override
          protected InputStream getInputStream(Socket ignored) {
            return input;
          }
        });
  }

  public SocketChannel channel() {
    return channel;
  }

  /**
   * Waits until something of the next request has come.
   *
   * @return false when nothing has, or the client has nothing more to ask
   * @throws IOException when the connection breaks
   */
  public boolean awaitRequest(Duration time) throws IOException {
    fixed = null;
    input.atMost(Limits.HEAD_BYTES);
    input.within(time);
    try {
      return awaitInput(Timeout.ofMilliseconds(time.toMillis()));
    } catch (SocketTimeoutException e) {
      return false;
    }
  }

  /**
   * Reads the head of the request that {@link #awaitRequest} has found.
   *
   * @return null when the client has nothing more to ask
   * @throws SocketTimeoutException when the head is not complete in time
   * @throws HttpException when it is malformed
   * @throws IOException when it is too large, or the connection breaks
   */
  public @Nullable ClassicHttpRequest next() throws IOException, HttpException {
    input.within(limits.headTimeout());
    ClassicHttpRequest request = receiveRequestHeader();
    input.perRead();
    input.atMost(Long.MAX_VALUE);
    if (request != null) {
      receiveRequestEntity(request);
    }
    return request;
  }

  /** Tells a client that asked before sending its body to go ahead. */
  public void sendContinue() throws IOException, HttpException {
    try (ClassicHttpResponse interim = new BasicClassicHttpResponse(CONTINUE)) {
      sendResponseHeader(interim);
      flush();
    }
  }

  /**
   * Whether the client has gone; what it may have sent meanwhile is kept for the next request. Takes
   * a few milliseconds, and may only be asked when the body of the request has been read.
   */
  public boolean clientGone() {
    input.within(PROBE);
    try {
      return isStale();
    } catch (IOException e) {
      return true;
    } finally {
      input.perRead();
    }
  }

  /** What was read behind the head of a request without a body: it belongs to another protocol. */
  public ByteBuffer takeReadAhead() throws IOException {
    SessionInputBuffer buffer = readAhead;
    if (buffer == null || buffer.length() == 0) {
      return ByteBuffer.allocate(0);
    }
    byte[] bytes = new byte[buffer.length()];
    return ByteBuffer.wrap(bytes, 0, buffer.read(bytes, input));
  }

  @Override
  protected InputStream createContentInputStream(
      long length, SessionInputBuffer buffer, InputStream source) {
    if (length == BodyLength.RAW) {
      readAhead = buffer;
      return InputStream.nullInputStream();
    }
    if (length == ContentLengthStrategy.CHUNKED) {
      return new ChunkedInput(buffer, source);
    }
    fixed = new FixedLengthInput(buffer, source, channel, watch, length);
    return fixed;
  }

  /** Whether {@link #readBody} can be used: the length of the body was declared. */
  public boolean hasFixedBody() {
    return fixed != null;
  }

  /**
   * Reads the body until the buffer is full or the body ends, straight from the channel.
   *
   * @throws EOFException when the client has left in the middle
   * @throws SocketTimeoutException when nothing comes for too long
   */
  public void readBody(ByteBuffer into) throws IOException {
    FixedLengthInput body = fixed;
    if (body != null) {
      body.readFully(into);
    }
  }

  /**
   * Ends the connection so that the last answer arrives: closing while input is unread would send a
   * reset, and the client might lose the answer to it.
   */
  public void lingeringClose() throws IOException {
    channel.shutdownOutput();
    Socket socket = channel.socket();
    socket.setSoTimeout((int) LINGER_STEP.toMillis());
    InputStream rest = socket.getInputStream();
    byte[] discarded = new byte[BUFFER_BYTES];
    long end = System.nanoTime() + Limits.CLOSE_HANDSHAKE.toNanos();
    long total = 0;
    try {
      for (int count; total < LINGER_BYTES && System.nanoTime() < end; total += count) {
        count = rest.read(discarded);
        if (count < 0) {
          break;
        }
      }
    } catch (SocketTimeoutException e) {
      // Silence: the client has sent what it was going to send.
    }
  }
}
