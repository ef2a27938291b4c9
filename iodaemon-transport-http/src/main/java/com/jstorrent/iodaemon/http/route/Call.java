package com.jstorrent.iodaemon.http.route;

import com.jstorrent.iodaemon.failure.OperationFailure;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** A request as a route sees it. */
public interface Call {

  /** The variable parts of the path, in order, decoded. */
  List<String> pathVariables();

  /** The parameters of the query, decoded; the first of a name that occurs twice. */
  Map<String, String> query();

  /**
   * A header that may occur once.
   *
   * @return null when it is missing
   * @throws OperationFailure EINVAL when it occurs twice
   */
  @Nullable
  String header(String name) throws OperationFailure;

  /** The values of a header that may occur more than once, in order. */
  List<String> headers(String name);

  /** Whether the client wants the head of the answer alone. */
  boolean isHead();

  /**
   * Whether nobody waits for the answer any more. Takes a few milliseconds; only for requests without
   * a body, or when it has been read.
   */
  boolean clientGone();

  /** The declared length of the body; empty when it comes in chunks. */
  OptionalLong bodyLength();

  /**
   * The body. The first call tells a client that waits for it to send it. Reading past the limit of
   * PROTOCOL.md § 5 fails.
   *
   * @throws IOException when the client cannot be told
   */
  InputStream body() throws IOException;

  /**
   * Reads the body until the buffer is full or the body ends. Best with a large direct buffer.
   *
   * @throws IOException as reading {@link #body} does
   */
  void read(ByteBuffer into) throws IOException;

  /** Nothing more of the body is wanted: a read that waits for it ends, and then the connection. */
  void endBody();
}
