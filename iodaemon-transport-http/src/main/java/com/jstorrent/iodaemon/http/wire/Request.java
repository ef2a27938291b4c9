package com.jstorrent.iodaemon.http.wire;

/**
 * The head of a request, and how long its body is.
 *
 * @param bodyLength in bytes, 0 when there is no body; or {@link #CHUNKED}
 */
public record Request(RequestLine line, Fields fields, long bodyLength) {
  /** The length of a body that comes in chunks, which only its end tells. */
  public static final long CHUNKED = -1;

  public String method() {
    return line.method();
  }

  /** See {@link RequestLine}. */
  public String target() {
    return line.target();
  }

  /** Whether the client speaks HTTP/1.0: no persistence by default, upgrades, chunks or 100 Continue. */
  public boolean isOlderThan11() {
    return line.version().isOlderThan11();
  }
}
