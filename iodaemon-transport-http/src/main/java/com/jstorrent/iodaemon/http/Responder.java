package com.jstorrent.iodaemon.http;

import com.jstorrent.iodaemon.http.route.Reply;
import com.jstorrent.iodaemon.http.wire.HttpConnection;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.io.entity.BasicHttpEntity;
import org.apache.hc.core5.http.message.BasicClassicHttpResponse;
import org.apache.hc.core5.http.protocol.HttpDateGenerator;
import org.jspecify.annotations.Nullable;

/** Writes answers. Used by the thread that serves the connection. */
final class Responder {
  private static final Map<String, String> ALWAYS =
      Map.of(
          "X-Content-Type-Options", "nosniff",
          "Cache-Control", "no-store",
          "Cross-Origin-Resource-Policy", "same-site",
          "Vary", "Origin");

  /** So much fits the system's buffers: writing it waits for nobody. */
  private static final int UNGUARDED_BYTES = 16 << 10;

  private final HttpConnection connection;
  private final Duration stall;
  private final ScheduledExecutorService timer;

  /**
   * @param stall how long a client may take nothing of an answer before it is cut off
   */
  Responder(HttpConnection connection, Duration stall, ScheduledExecutorService timer) {
    this.connection = connection;
    this.stall = stall;
    this.timer = timer;
  }

  /**
   * @param request what is answered, or null when it could not be read
   * @param last whether the connection ends with this answer
   */
  void send(@Nullable ClassicHttpRequest request, Reply reply, boolean last) throws IOException {
    switch (reply.body()) {
      case Reply.Bytes memory -> sendWhole(request, reply, last);
      case Reply.Streamed stream -> {
        try {
          sendWhole(request, reply, last);
        } finally {
          stream.source().close(); // whatever fails before it is used
        }
      }
    }
  }

  private void sendWhole(@Nullable ClassicHttpRequest request, Reply reply, boolean last)
      throws IOException {
    try (ClassicHttpResponse response = new BasicClassicHttpResponse(reply.status())) {
      response.setHeader("Date", HttpDateGenerator.INSTANCE.getCurrentDate());
      ALWAYS.forEach(response::setHeader);
      reply.headers().forEach(response::setHeader);
      if (last) {
        response.setHeader("Connection", "close");
      } else if (request != null && HttpCall.isOlderThan11(request)) {
        response.setHeader("Connection", "keep-alive"); // in HTTP/1.1 it goes without saying
      }
      if (request != null && !HttpCall.isOlderThan11(request) && hasUnknownLength(reply)) {
        response.setHeader("Transfer-Encoding", "chunked"); // else it ends with the connection
      }
      boolean withBody = request == null || !request.getMethod().equals("HEAD");
      send(response, reply.body(), withBody);
      connection.flush();
    } catch (HttpException e) {
      throw new IOException(e);
    }
    if (last) {
      connection.lingeringClose();
    }
  }

  private void send(ClassicHttpResponse response, Reply.Body body, boolean withBody)
      throws IOException, HttpException {
    switch (body) {
      case Reply.Bytes memory -> {
        int length = memory.bytes().length;
        head(response, memory.type(), length);
        connection.sendResponseHeader(response);
        if (withBody && length > UNGUARDED_BYTES) {
          connection.flush();
          try (StallGuard out = new StallGuard(connection.channel(), stall, timer)) {
            ByteBuffer bytes = ByteBuffer.wrap(memory.bytes());
            while (bytes.hasRemaining()) {
              out.write(bytes);
            }
          }
        } else if (withBody && length > 0) {
          response.setEntity(
              new BasicHttpEntity(
                  new ByteArrayInputStream(memory.bytes()),
                  length,
                  ContentType.parse(memory.type())));
          connection.sendResponseEntity(response);
        }
      }
      case Reply.Streamed stream -> {
        head(response, stream.type(), stream.length());
        connection.sendResponseHeader(response);
        if (withBody) {
          connection.flush();
          try (StallGuard out = new StallGuard(connection.channel(), stall, timer)) {
            writeTo(out, stream.source(), response.containsHeader("Transfer-Encoding"));
          }
        }
      }
    }
  }

  /** Whether the end of the answer has to be told by chunks, or by the end of the connection. */
  static boolean hasUnknownLength(Reply reply) {
    return reply.body() instanceof Reply.Streamed streamed && streamed.length() == Reply.UNKNOWN;
  }

  private static void writeTo(StallGuard out, Reply.Source source, boolean chunked)
      throws IOException {
    if (!chunked) {
      source.writeTo(out);
      return;
    }
    ChunkedOutput chunks = new ChunkedOutput(out);
    source.writeTo(chunks);
    chunks.finish();
  }

  /**
   * RFC 9110 § 8.6: an answer 204 has no Content-Length.
   */
  private static void head(ClassicHttpResponse response, String type, long length) {
    if (response.getCode() == 204) {
      return;
    }
    if (length != 0) {
      response.setHeader("Content-Type", type);
    }
    if (length != Reply.UNKNOWN) {
      response.setHeader("Content-Length", Long.toString(length));
    }
  }
}
