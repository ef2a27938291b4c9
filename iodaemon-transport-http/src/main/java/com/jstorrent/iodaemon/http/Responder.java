package com.jstorrent.iodaemon.http;

import com.jstorrent.iodaemon.http.route.Reply;
import com.jstorrent.iodaemon.http.wire.HttpConnection;
import com.jstorrent.iodaemon.http.wire.Request;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes answers. Used by the thread that serves the connection. */
final class Responder {
  /** The most bytes of a body that is sent together with the head. */
  private static final int SMALL_BYTES = 16 << 10;

  /** These keep browsers from sniffing, caching and embedding answers; {@link CorsHeaders} allow fetching. */
  private static final Map<String, String> GUARDS =
      Map.of(
          "X-Content-Type-Options", "nosniff",
          "Cache-Control", "no-store",
          "Cross-Origin-Resource-Policy", "same-site",
          "Vary", "Origin");

  private final HttpConnection connection;
  private final WritableByteChannel out;

  Responder(HttpConnection connection) {
    this.connection = connection;
    this.out = connection.output();
  }

  /**
   * @param request the request that is answered, or null when it could not be read
   * @param last whether the connection ends after this answer
   */
  void send(@Nullable Request request, Reply reply, boolean last) throws IOException {
    boolean withBody = request == null || !request.method().equals("HEAD");
    boolean chunked =
        hasUnknownLength(reply) && request != null && !request.isOlderThan11();
    // No pattern switch: the JVM would link it at run time, which delays the first answer.
    if (reply.body() instanceof Reply.Streamed stream) {
      try (Reply.Source source = stream.source()) { // closed even if sending the head fails
        connection.send(head(request, reply, last, chunked));
        if (withBody) {
          write(source, chunked);
        }
      }
    } else if (reply.body() instanceof Reply.Bytes memory) {
      send(head(request, reply, last, chunked), withBody ? memory.bytes() : new byte[0]);
    }
    if (last) {
      connection.lingeringClose();
    }
  }

  private static ByteBuffer head(
      @Nullable Request request, Reply reply, boolean last, boolean chunked) {
    ResponseHead head = new ResponseHead(reply.status());
    head.add("Date", HttpDate.now());
    if (!isBareSuccess(request, reply)) {
      GUARDS.forEach(
          (name, value) -> {
            if (!reply.headers().containsKey(name)) {
              head.add(name, value);
            }
          });
    }
    reply.headers().forEach(head::add);
    if (last && !reply.headers().containsKey(Reply.CONNECTION)) {
      head.add(
          Reply.CONNECTION, reply.headers().containsKey("Upgrade") ? "upgrade, close" : "close"); // RFC 9110 § 7.8
    } else if (!last && request != null && request.isOlderThan11()) {
      head.add(Reply.CONNECTION, "keep-alive"); // the default of HTTP/1.1
    }
    addLength(head, reply, chunked);
    return head.bytes();
  }

  /**
   * Whether the answer only tells a program, not a page, that an operation succeeded. It has no body
   * that a browser could run, embed or cache, so it needs no guards; leaving them out makes the answer
   * to each small write shorter.
   */
  private static boolean isBareSuccess(@Nullable Request request, Reply reply) {
    return reply.status() == Reply.OK
        && reply.body().length() == 0
        && request != null
        && !request.fields().contains("Origin")
        && !request.method().equals("GET")
        && !request.method().equals("HEAD");
  }

  private static void addLength(ResponseHead head, Reply reply, boolean chunked) {
    if (reply.status() == Reply.NO_CONTENT || reply.status() == Reply.NOT_MODIFIED) {
      return; // RFC 9110 § 8.6
    }
    long length = reply.body().length();
    if (length != 0) {
      head.add("Content-Type", reply.body().type());
    }
    if (length != Reply.UNKNOWN) {
      head.add("Content-Length", Long.toString(length));
    } else if (chunked) {
      head.add("Transfer-Encoding", "chunked"); // without chunks, the end of the connection ends the body
    }
  }

  /** Whether the body has no Content-Length, so that chunks or the end of the connection delimit it. */
  static boolean hasUnknownLength(Reply reply) {
    return reply.body().length() == Reply.UNKNOWN;
  }

  private void send(ByteBuffer head, byte[] body) throws IOException {
    if (body.length == 0 || body.length > SMALL_BYTES) {
      connection.send(head);
      connection.send(ByteBuffer.wrap(body));
    } else {
      connection
          .send(ByteBuffer.allocate(head.remaining() + body.length).put(head).put(body).flip());
    }
  }

  private void write(Reply.Source source, boolean chunked) throws IOException {
    if (!chunked) {
      source.writeTo(out);
      return;
    }
    ChunkedOutput chunks = new ChunkedOutput(out);
    source.writeTo(chunks);
    chunks.finish();
  }
}
