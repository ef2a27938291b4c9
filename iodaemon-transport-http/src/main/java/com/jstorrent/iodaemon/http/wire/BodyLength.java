package com.jstorrent.iodaemon.http.wire;

import org.apache.hc.core5.http.ContentLengthStrategy;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.HttpMessage;
import org.apache.hc.core5.http.HttpVersion;
import org.apache.hc.core5.http.ProtocolException;
import org.apache.hc.core5.http.ProtocolVersion;

/**
 * How long the body of a request is, without any room for two opinions (RFC 9112 § 6): one
 * Content-Length of digits only, or the one transfer coding "chunked", never both. Anything else is
 * how requests are smuggled, and is refused.
 */
final class BodyLength implements ContentLengthStrategy {
  /** Not a value that HttpCore uses: the stream behind the head, whatever it holds. */
  static final long RAW = -7;

  @Override
  public long determineLength(HttpMessage message) throws ProtocolException {
    Header[] lengths = message.getHeaders(HttpHeaders.CONTENT_LENGTH);
    Header[] codings = message.getHeaders(HttpHeaders.TRANSFER_ENCODING);
    if (codings.length > 0) {
      return chunked(message.getVersion(), lengths, codings);
    }
    if (lengths.length > 1) {
      throw new ProtocolException("The request has more than one Content-Length.");
    }
    // Whoever reads a body asks for one first; a request for an upgrade must not have any.
    return lengths.length == 0 ? RAW : digits(lengths[0].getValue());
  }

  private static long chunked(ProtocolVersion version, Header[] lengths, Header[] codings)
      throws ProtocolException {
    if (lengths.length > 0) {
      throw new ProtocolException("The request has Content-Length and Transfer-Encoding.");
    }
    if (version != null && version.lessEquals(HttpVersion.HTTP_1_0)) {
      throw new ProtocolException("HTTP/1.0 has no Transfer-Encoding.");
    }
    if (codings.length > 1 || !codings[0].getValue().strip().equalsIgnoreCase("chunked")) {
      throw new ProtocolException("The only transfer coding supported is \"chunked\".");
    }
    return CHUNKED;
  }

  private static long digits(String value) throws ProtocolException {
    long length = DecimalDigits.parse(value);
    if (length < 0) {
      throw new ProtocolException("The Content-Length is malformed.");
    }
    return length;
  }
}
