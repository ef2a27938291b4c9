package com.jstorrent.iodaemon.http.wire;

import com.jstorrent.iodaemon.config.Limits;
import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the head of a request, line by line (RFC 9112 § 2.1). */
final class HeadParser {
  /** RFC 9112 § 2.2: a client may send an empty line after a body. */
  private static final int EMPTY_LINES = 4;

  private HeadParser() {}

  /**
   * Reads a head.
   *
   * @return null when the client has ended its side instead
   * @throws MalformedLineException when a line is malformed
   * @throws MalformedRequestException when the lines are not the head of a request
   * @throws UnsupportedVersionException when the version is HTTP/2 or later
   * @throws HeadTooLargeException when it has too many bytes or fields
   * @throws EOFException when the client ends its side in the middle of the head
   */
  static @Nullable Request read(InputBuffer buffer) throws IOException {
    StrictLine first = StrictLine.read(buffer, Limits.HEAD_BYTES);
    for (int empty = 0; first != null && first.isEmpty(); empty++) {
      if (empty == EMPTY_LINES) {
        throw new MalformedLineException("The request begins with empty lines.");
      }
      first = StrictLine.read(buffer, Limits.HEAD_BYTES);
    }
    if (first == null) {
      return null;
    }
    RequestLine line = StrictLineParser.parseRequestLine(first);
    Fields fields = new Fields(fields(buffer, Limits.HEAD_BYTES - first.length()));
    if (!line.version().isSupported()) {
      throw new UnsupportedVersionException();
    }
    return new Request(line, fields, BodyLength.of(line.version(), fields));
  }

  private static List<Field> fields(InputBuffer buffer, int room) throws IOException {
    List<Field> fields = new ArrayList<>();
    int left = room;
    while (true) {
      StrictLine line = StrictLine.read(buffer, Limits.HEAD_BYTES);
      if (line == null) {
        throw new EOFException("The client ended its side in the middle of a head.");
      }
      if (line.isEmpty()) {
        return fields;
      }
      left -= line.length();
      if (left < 0 || fields.size() == Limits.HEADER_COUNT) {
        throw new HeadTooLargeException();
      }
      fields.add(StrictLineParser.parseField(line));
    }
  }
}
