package com.jstorrent.iodaemon.http.wire;

/**
 * The head of a request, and the length of its body.
 *
 * @param bodyLength in bytes, 0 when there is no body; or {@link #CHUNKED}
 */
public record Request(RequestLine line, Fields fields, long bodyLength) {
  /** The body comes in chunks, so its length is known only at its end. */
  public static final long CHUNKED = -1;

  public String method() {
    return line.method();
  }

  /** See {@link RequestLine}. */
  public String target() {
    return line.target();
  }

  /** Whether it is HTTP/1.0: no upgrades, chunks or 100 Continue, and no keep-alive by default. */
  public boolean isOlderThan11() {
    return line.version().isOlderThan11();
  }
}
