package com.jstorrent.iodaemon.http;

import com.jstorrent.iodaemon.failure.FailureCode;
import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.http.route.FailureStatus;
import com.jstorrent.iodaemon.http.route.Reply;
import com.jstorrent.iodaemon.http.wire.HeadTooLargeException;
import com.jstorrent.iodaemon.http.wire.MalformedChunkException;
import com.jstorrent.iodaemon.http.wire.MalformedLineException;
import com.jstorrent.iodaemon.http.wire.MalformedRequestException;
import com.jstorrent.iodaemon.http.wire.UnsupportedVersionException;
import com.jstorrent.iodaemon.json.Json;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Turns failures into answers: a status and {@code {"error", "message"}} (PROTOCOL.md § 5). */
final class Failures {
  private static final String RETRY_SECONDS = "1";

  private Failures() {}

  /** The answer to a request whose operation failed. */
  static Reply of(OperationFailure failure) {
    Reply reply =
        reply(FailureStatus.of(failure.code()), failure.code().name(), failure.getMessage());
    return failure.code() == FailureCode.EBUSY ? reply.with("Retry-After", RETRY_SECONDS) : reply;
  }

  /**
   * The answer to a request whose head or body could not be read; the connection ends with it. Null
   * when there can be no answer, because the client has gone or the connection is broken.
   */
  static @Nullable Reply ofUnreadable(IOException failure) {
    return switch (failure) {
      case SocketTimeoutException e ->
          reply(408, "ETIMEDOUT", "The request did not arrive in time.");
      case HeadTooLargeException e -> reply(431, "E2BIG", "The head of the request is too large.");
      case BodyTooLargeException e ->
          reply(413, "EFBIG", "The body of a request may have 64 MiB at most.");
      case MalformedLineException e ->
          reply(400, "EINVAL", "A line of the request is malformed.");
      case MalformedChunkException e ->
          reply(400, "EINVAL", "The chunked coding of the body is malformed.");
      case EOFException e -> null;
      case UnsupportedVersionException e ->
          reply(505, "EINVAL", "The daemon speaks HTTP/1.1 and HTTP/1.0.");
      case MalformedRequestException e -> reply(400, "EINVAL", "The request is malformed.");
      default -> null;
    };
  }

  static Reply reply(int status, String error, String message) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("error", error);
    body.put("message", message);
    return Reply.json(status, Json.write(body));
  }
}
