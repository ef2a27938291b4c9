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

  /** The parameters of the query, decoded; the first one when a name occurs twice. */
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
   * Whether the client has closed the connection, so that the answer cannot be delivered. Blocks for a
   * few milliseconds; only for requests without a body, or whose body has been read.
   */
  boolean clientGone();

  /** Called when the client of a request without a token has shown another secret, such as a ticket. */
  void exemptFromEviction();

  /** The declared length of the body in bytes; empty when it comes in chunks. */
  OptionalLong bodyLength();

  /**
   * The body. The first call sends 100 Continue if the client waits for it. Reading past the limit of
   * PROTOCOL.md § 5 fails.
   *
   * @throws IOException when 100 Continue cannot be sent, or the declared length is over the limit
   */
  InputStream body() throws IOException;

  /**
   * Reads until the buffer is full or the body ends. Most efficient with a large direct buffer.
   *
   * @throws IOException as reading {@link #body} does
   */
  void read(ByteBuffer into) throws IOException;

  /** Ends the connection at once, however much of the answer has been sent. Any thread may call it. */
  void cutOff();

  /** Stops reading the body: a blocked read ends, and then the connection. Any thread may call it. */
  void endBody();
}
