package com.jstorrent.iodaemon.http.wire;

import com.jstorrent.iodaemon.config.Limits;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ParseException;
import org.apache.hc.core5.http.io.HttpMessageParser;
import org.apache.hc.core5.http.io.SessionInputBuffer;
import org.apache.hc.core5.http.message.BasicClassicHttpRequest;
import org.apache.hc.core5.http.message.RequestLine;
import org.jspecify.annotations.Nullable;

/**
 * Heads of requests from strict lines. HttpCore's own parser takes a bare LF, and joins folded lines
 * before anybody can refuse them.
 */
final class HeadParser implements HttpMessageParser<ClassicHttpRequest> {
  /** RFC 9112 § 2.2: a client may send an empty line behind a body. */
  private static final int EMPTY_LINES = 4;

  /** Null when the client has ended its side instead. */
  @Override
  public @Nullable ClassicHttpRequest parse(SessionInputBuffer buffer, InputStream source)
      throws IOException, ParseException {
    StrictLine first = StrictLine.read(buffer, source, Limits.HEAD_BYTES);
    for (int empty = 0; first != null && first.isEmpty(); empty++) {
      if (empty == EMPTY_LINES) {
        throw new MalformedLineException("The request begins with empty lines.");
      }
      first = StrictLine.read(buffer, source, Limits.HEAD_BYTES);
    }
    if (first == null) {
      return null;
    }
    RequestLine line = StrictLineParser.parseRequestLine(first);
    // As it is: the other constructors would take the target apart and put it together again.
    ClassicHttpRequest request =
        new BasicClassicHttpRequest(line.getMethod(), null, null, line.getUri());
    request.setVersion(line.getProtocolVersion());
    parseFields(request, buffer, source, Limits.HEAD_BYTES - first.length());
    return request;
  }

  private void parseFields(
      ClassicHttpRequest request, SessionInputBuffer buffer, InputStream source, int room)
      throws IOException, ParseException {
    int left = room;
    for (int count = 0;; count++) {
      StrictLine field = StrictLine.read(buffer, source, Limits.HEAD_BYTES);
      if (field == null) {
        throw new EOFException("The client left in the middle of a head.");
      }
      if (field.isEmpty()) {
        return;
      }
      left -= field.length();
      if (left < 0 || count == Limits.HEADER_COUNT) {
        throw new HeadTooLargeException();
      }
      request.addHeader(StrictLineParser.parseHeader(field));
    }
  }
}
