package com.jstorrent.iodaemon.http;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.failure.FailureCode;
import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.http.route.Call;
import com.jstorrent.iodaemon.http.wire.HttpConnection;
import com.jstorrent.iodaemon.http.wire.SingleByte;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.HttpVersion;
import org.jspecify.annotations.Nullable;

/** One request: its head, and its body under the limit. Used by the thread of its connection. */
final class HttpCall implements Call {
  private static final int SKIPPED_BYTES = 256 << 10;
  private static final int PART_BYTES = 16 << 10;

  private final HttpConnection connection;
  private final ClassicHttpRequest request;
  private final Target target;
  private final List<String> pathVariables;
  private @Nullable InputStream body;

  HttpCall(
      HttpConnection connection,
      ClassicHttpRequest request,
      Target target,
      List<String> pathVariables) {
    this.connection = connection;
    this.request = request;
    this.target = target;
    this.pathVariables = pathVariables;
  }

  @Override
  public List<String> pathVariables() {
    return pathVariables;
  }

  @Override
  public Map<String, String> query() {
    return target.query();
  }

  @Override
  public @Nullable String header(String name) throws OperationFailure {
    Header[] headers = request.getHeaders(name);
    if (headers.length > 1) {
      throw new OperationFailure(FailureCode.EINVAL, "The header " + name + " occurs twice.");
    }
    return headers.length == 0 ? null : headers[0].getValue();
  }

  @Override
  public boolean isHead() {
    return request.getMethod().equals("HEAD");
  }

  @Override
  public boolean clientGone() {
    return connection.clientGone();
  }

  @Override
  public OptionalLong bodyLength() {
    HttpEntity entity = request.getEntity();
    if (entity == null) {
      return OptionalLong.of(0);
    }
    return entity.isChunked()
        ? OptionalLong.empty()
        : OptionalLong.of(Math.max(0, entity.getContentLength()));
  }

  /**
   * Refuses a body that is declared too long, before anything is done for it.
   *
   * @throws BodyTooLargeException when it is
   */
  void requireSensibleBody() throws BodyTooLargeException {
    if (bodyLength().orElse(0) > Limits.BODY_BYTES) {
      throw new BodyTooLargeException();
    }
  }

  @Override
  public InputStream body() throws IOException {
    InputStream opened = body;
    if (opened == null) {
      requireSensibleBody();
      continueIfAsked();
      HttpEntity entity = request.getEntity();
      opened =
          entity == null
              ? InputStream.nullInputStream()
              : new Limited(entity.getContent());
      body = opened;
    }
    return opened;
  }

  @Override
  public void read(ByteBuffer into) throws IOException {
    InputStream opened = body();
    if (connection.hasFixedBody()) {
      connection.readBody(into);
      return;
    }
    byte[] part = new byte[Math.min(PART_BYTES, into.remaining())];
    while (into.hasRemaining()) {
      int count = opened.read(part, 0, Math.min(part.length, into.remaining()));
      if (count < 0) {
        return;
      }
      into.put(part, 0, count);
    }
  }

  /** Persistence, upgrades and 100 Continue came with HTTP/1.1. */
  static boolean isOlderThan11(HttpRequest request) {
    return request.getVersion() != null && request.getVersion().lessEquals(HttpVersion.HTTP_1_0);
  }

  private void continueIfAsked() throws IOException {
    Header[] expectations = request.getHeaders("Expect");
    if (expectations.length > 0
        && !isOlderThan11(request)
        && expectations[0].getValue().equalsIgnoreCase("100-continue")) {
      connection.sendContinue();
    }
  }

  /**
   * Reads over what is left of the body, so that the next request can follow.
   *
   * @return false when that would be too much, or would wait for a body that never comes
   */
  boolean skipBody() throws IOException {
    if (body == null) {
      long length = bodyLength().orElse(1); // of one in chunks nobody knows
      if (length == 0) {
        return true;
      }
      if (length > SKIPPED_BYTES || request.getHeaders("Expect").length > 0) {
        return false;
      }
    }
    InputStream rest = body();
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
