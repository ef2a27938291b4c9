package com.jstorrent.iodaemon.http;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.http.wire.HttpConnection;
import com.jstorrent.iodaemon.http.wire.Request;
import com.jstorrent.iodaemon.http.wire.SingleByte;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The body of a request, checked against the limit. It is read on demand, and the next request begins
 * where it ends. Used by the thread of its connection.
 */
final class RequestBody {
  /** The content coding that changes nothing. */
  static final String PLAIN = "identity";

  private static final int SKIPPED_BYTES = 256 << 10;
  private static final int PART_BYTES = 16 << 10;

  private final HttpConnection connection;
  private final Request request;
  private @Nullable InputStream opened;

  RequestBody(HttpConnection connection, Request request) {
    this.connection = connection;
    this.request = request;
  }

  /** The declared length in bytes; empty when the body comes in chunks. */
  OptionalLong length() {
    long length = request.bodyLength();
    return length == Request.CHUNKED ? OptionalLong.empty() : OptionalLong.of(length);
  }

  /**
   * Refuses a body whose declared length is over the limit, before anything is done with it.
   *
   * @throws BodyTooLargeException when it is
   */
  void requireAllowedLength() throws BodyTooLargeException {
    if (length().orElse(0) > Limits.BODY_BYTES) {
      throw new BodyTooLargeException();
    }
  }

  /**
   * Whether a content coding such as compression was applied to the body (RFC 9110 § 8.4). If so, nothing of it may
   * be read any more.
   *
   * @throws IOException when it cannot be read
   */
  boolean isEncoded() throws IOException {
    boolean plain = true;
    for (String coding : request.fields().members("Content-Encoding")) {
      plain &= coding.equalsIgnoreCase(PLAIN);
    }
    return !plain && !isEmpty();
  }

  /**
   * Whether the body is empty. Of a body in chunks the first one is read, which may block.
   *
   * @throws IOException when it cannot be read
   */
  boolean isEmpty() throws IOException {
    OptionalLong declared = length();
    return declared.isPresent()
        ? declared.getAsLong() == 0
        : !awaitsContinue() && stream().read() < 0;
  }

  /** See {@link com.jstorrent.iodaemon.http.route.Call#body}. */
  InputStream stream() throws IOException {
    InputStream stream = opened;
    if (stream == null) {
      requireAllowedLength();
      if (awaitsContinue()) {
        connection.sendContinue();
      }
      stream = new Limited(connection.body());
      opened = stream;
    }
    return stream;
  }

  /** See {@link com.jstorrent.iodaemon.http.route.Call#read}. */
  void read(ByteBuffer into) throws IOException {
    InputStream stream = stream();
    if (connection.hasFixedBody()) {
      connection.readBody(into);
      return;
    }
    byte[] part = new byte[Math.min(PART_BYTES, into.remaining())];
    while (into.hasRemaining()) {
      int count = stream.read(part, 0, Math.min(part.length, into.remaining()));
      if (count < 0) {
        return;
      }
      into.put(part, 0, count);
    }
  }

  /** Whether the client waits for 100 Continue before it sends its body. */
  private boolean awaitsContinue() {
    return !request.isOlderThan11()
        && "100-continue".equalsIgnoreCase(request.fields().first("Expect"));
  }

  /**
   * Reads and discards the rest of the body, so that the next request can follow.
   *
   * @return false when the rest is too long, may never be sent (the client awaits 100 Continue), or
   *     cannot be read
   */
  boolean skip() {
    try {
      return skipRest();
    } catch (IOException e) {
      return false;
    }
  }

  private boolean skipRest() throws IOException {
    if (opened == null) {
      long length = length().orElse(1); // unknown in chunks: it may be small
      if (length == 0) {
        return true;
      }
      if (length > SKIPPED_BYTES || request.fields().contains("Expect")) {
        return false;
      }
    }
    InputStream rest = stream();
    if (rest.read() < 0) {
      return true; // the usual case needs no buffer
    }
    byte[] skipped = new byte[8 << 10];
    int total = 1;
    for (int count; total <= SKIPPED_BYTES; total += count) {
      count = rest.read(skipped);
      if (count < 0) {
        return true;
      }
    }
    return false;
  }

  /** Fails when the body turns out to be longer than the limit. */
  private static final class Limited extends FilterInputStream {
    private long count;

    Limited(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      return SingleByte.from(this);
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      int read = super.read(into, offset, length);
      count += Math.max(read, 0);
      if (count > Limits.BODY_BYTES) {
        throw new BodyTooLargeException();
      }
      return read;
    }
  }
}
