package com.jstorrent.iodaemon.http;

import com.jstorrent.iodaemon.failure.FailureCode;
import com.jstorrent.iodaemon.failure.OperationFailure;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The parsed target of a request: the segments of the path and the parameters of the query,
 * percent-decoded as UTF-8.
 */
record Target(List<String> segments, Map<String, String> query) {
  private static final int FIRST_BEYOND_ASCII = 0x80;

  /**
   * @throws OperationFailure EINVAL when an escape is malformed
   */
  static Target parse(String target) throws OperationFailure {
    int mark = target.indexOf('?');
    String path = mark < 0 ? target : target.substring(0, mark);
    List<String> segments = new ArrayList<>();
    for (String segment : path.substring(1).split("/", -1)) {
      segments.add(decode(segment, false));
    }
    Map<String, String> query = new LinkedHashMap<>();
    if (mark >= 0) {
      for (String pair : target.substring(mark + 1).split("&", -1)) {
        int equals = pair.indexOf('=');
        String name = decode(equals < 0 ? pair : pair.substring(0, equals), true);
        query.putIfAbsent(name, equals < 0 ? "" : decode(pair.substring(equals + 1), true));
      }
    }
    return new Target(List.copyOf(segments), query);
  }

  private static String decode(String text, boolean plusIsBlank) throws OperationFailure {
    if (isPlain(text)) {
      return text;
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '%') {
        if (i + 2 >= text.length()) {
          throw malformed();
        }
        int high = Character.digit(text.charAt(++i), 16);
        int low = Character.digit(text.charAt(++i), 16);
        if (high < 0 || low < 0) {
          throw malformed();
        }
        bytes.write(high << 4 | low);
      } else {
        bytes.write(c == '+' && plusIsBlank ? ' ' : c);
      }
    }
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes.toByteArray()))
          .toString();
    } catch (CharacterCodingException e) {
      throw malformed();
    }
  }

  /** Whether there is nothing to decode, as is almost always so. */
  private static boolean isPlain(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '%' || c == '+' || c >= FIRST_BEYOND_ASCII) {
        return false;
      }
    }
    return true;
  }

  private static OperationFailure malformed() {
    return new OperationFailure(
        FailureCode.EINVAL, "The target of the request has a malformed escape.");
  }
}
