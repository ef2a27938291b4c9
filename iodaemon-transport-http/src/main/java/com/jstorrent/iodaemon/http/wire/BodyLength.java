package com.jstorrent.iodaemon.http.wire;

import java.util.List;

/**
 * The unambiguous length of a request's body (RFC 9112 § 6): either one Content-Length of digits
 * only, or the single transfer coding "chunked". Everything else allows request smuggling and is
 * refused.
 */
final class BodyLength {
  private BodyLength() {}

  /**
   * The length in bytes, 0 without a body, or {@link Request#CHUNKED}.
   *
   * @throws MalformedRequestException when the length is malformed or ambiguous
   */
  static long of(HttpVersion version, Fields fields) throws MalformedRequestException {
    List<String> lengths = fields.values("Content-Length");
    List<String> codings = fields.values("Transfer-Encoding");
    if (!codings.isEmpty()) {
      requireChunked(version, lengths, codings);
      return Request.CHUNKED;
    }
    if (lengths.size() > 1) {
      throw new MalformedRequestException("The request has more than one Content-Length.");
    }
    return lengths.isEmpty() ? 0 : digits(lengths.getFirst());
  }

  private static void requireChunked(
      HttpVersion version, List<String> lengths, List<String> codings)
      throws MalformedRequestException {
    if (!lengths.isEmpty()) {
      throw new MalformedRequestException("The request has Content-Length and Transfer-Encoding.");
    }
    if (version.isOlderThan11()) {
      throw new MalformedRequestException("HTTP/1.0 has no Transfer-Encoding.");
    }
    if (codings.size() > 1 || !codings.getFirst().equalsIgnoreCase("chunked")) {
      throw new MalformedRequestException("The only transfer coding supported is \"chunked\".");
    }
  }

  private static long digits(String value) throws MalformedRequestException {
    long length = DecimalDigits.parse(value);
    if (length < 0) {
      throw new MalformedRequestException("The Content-Length is malformed.");
    }
    return length;
  }
}
