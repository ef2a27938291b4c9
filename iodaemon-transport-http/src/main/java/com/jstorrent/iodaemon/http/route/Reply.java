package com.jstorrent.iodaemon.http.route;

import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The answer of a route.
 *
 * @param status the HTTP status
 * @param headers in addition to those of every answer
 * @param body the bytes after the head
 */
public record Reply(int status, Map<String, String> headers, Body body) {
  /** The usual status. */
  public static final int OK = 200;

  /** A status without a body and without Content-Length. */
  public static final int NO_CONTENT = 204;

  /** A status without a body; a Content-Length would give the length of the body that was not sent. */
  public static final int NOT_MODIFIED = 304;

  /** An answer with this header is the last one of its connection. */
  public static final String CONNECTION = "Connection";

  /** Stands for the length of a body that is known only when it has been written. */
  public static final long UNKNOWN = -1;

  /** The bytes of an answer. */
  public sealed interface Body {
    /** The media type. */
    String type();

    /** The length in bytes, or {@link #UNKNOWN}. */
    long length();
  }

  /** Bytes in memory; the array is not copied, and answers are never compared. */
  @SuppressWarnings("ArrayRecordComponent")
  public record Bytes(String type, byte[] bytes) implements Body {
    @Override
    public long length() {
      return bytes.length;
    }
  }

  /**
   * Bytes that are written as they are read or computed.
   *
   * @param length in bytes, or {@link #UNKNOWN}
   */
  public record Streamed(String type, long length, Source source) implements Body {}

  /** Writes the bytes of a streamed body. It is always closed, whether it was used or not. */
  public interface Source extends AutoCloseable {
    /**
     * Writes the body: exactly as many bytes as its length says, if that is known.
     *
     * @throws IOException when that fails; the connection then ends
     */
    void writeTo(WritableByteChannel out) throws IOException;

    @Override
    void close();
  }

  public Reply {
    headers = Map.copyOf(headers);
  }

  static Reply empty() {
    return bytes(new byte[0]);
  }

  static Reply notModified() {
    return new Reply(NOT_MODIFIED, Map.of(), new Bytes("application/octet-stream", new byte[0]));
  }

  static Reply bytes(byte[] bytes) {
    return new Reply(OK, Map.of(), new Bytes("application/octet-stream", bytes));
  }

  static Reply json(String json) {
    return json(OK, json);
  }

  /** An answer in JSON with any status. */
  public static Reply json(int status, String json) {
    byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
    return new Reply(status, Map.of(), new Bytes("application/json", bytes));
  }

  static Reply text(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    return new Reply(OK, Map.of(), new Bytes("text/plain; charset=utf-8", bytes));
  }

  /** A copy with one more header. */
  public Reply with(String name, String value) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(name, value);
    return new Reply(status, more, body);
  }
}
