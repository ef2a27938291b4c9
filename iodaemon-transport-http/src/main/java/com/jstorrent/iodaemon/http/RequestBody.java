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
 * The body of a request, under the limit. It is read when it is asked for, and where it ends the next
 * request begins. Used by the thread of its connection.
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

  /** The declared length; empty when it comes in chunks. */
  OptionalLong length() {
    long length = request.bodyLength();
    return length == Request.CHUNKED ? OptionalLong.empty() : OptionalLong.of(length);
  }

  /**
   * Refuses a body that is declared too long, before anything is done for it.
   *
   * @throws BodyTooLargeException when it is
   */
  void requireSensible() throws BodyTooLargeException {
    if (length().orElse(0) > Limits.BODY_BYTES) {
      throw new BodyTooLargeException();
    }
  }

  /**
   * Whether it is something else than the content: compressed, or encrypted (RFC 9110 § 8.4).
   */
  boolean isEncoded() {
    boolean plain = true;
    for (String coding : request.fields().members("Content-Encoding")) {
      plain &= coding.equalsIgnoreCase(PLAIN);
    }
    return !plain && length().orElse(1) > 0;
  }

  /**
   * Whether there is nothing in it. To know that of chunks, the first one is read.
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
      requireSensible();
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
   * Reads over what is left of the body, so that the next request can follow.
   *
   * @return false when that would be too much, would wait for a body that never comes, or fails
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
      long length = length().orElse(1); // of one in chunks nobody knows
      if (length == 0) {
        return true;
      }
      if (length > SKIPPED_BYTES || request.fields().contains("Expect")) {
        return false;
      }
    }
    InputStream rest = stream();
    if (rest.read() < 0) {
      return true; // as a rule: no buffer for that
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

  /** The body, which must not be longer than the limit. */
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
