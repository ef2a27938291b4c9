package com.jstorrent.iodaemon.http;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.apache.hc.core5.http.impl.EnglishReasonPhraseCatalog;

/**
 * The head of an answer (RFC 9112 § 4 and § 5). Every answer has one, and clients wait for it: it is
 * put together in one piece and sent by one call. Not thread-safe.
 */
final class ResponseHead {
  private static final int USUAL_LENGTH = 512;

  private final StringBuilder text = new StringBuilder(USUAL_LENGTH);

  ResponseHead(int status) {
    text.append("HTTP/1.1 ").append(status).append(' ');
    String reason = EnglishReasonPhraseCatalog.INSTANCE.getReason(status, Locale.ROOT);
    end(reason == null ? "" : reason);
  }

  /**
   * Adds a field.
   *
   * @throws IllegalArgumentException when the value could begin another line
   */
  ResponseHead add(String name, String value) {
    if (value.indexOf('\r') >= 0 || value.indexOf('\n') >= 0) {
      throw new IllegalArgumentException("The header " + name + " has more than one line.");
    }
    text.append(name).append(": ");
    end(value);
    return this;
  }

  private void end(String line) {
    text.append(line).append("\r\n");
  }

  ByteBuffer bytes() {
    return ByteBuffer.wrap((text + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
  }
}
