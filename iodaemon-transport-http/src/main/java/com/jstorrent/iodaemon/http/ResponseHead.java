package com.jstorrent.iodaemon.http;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The head of an answer (RFC 9112 § 4 and § 5), built in one buffer so that one system call sends it.
 * Not thread-safe.
 */
final class ResponseHead {
  private static final int USUAL_LENGTH = 512;

  private final StringBuilder text = new StringBuilder(USUAL_LENGTH);

  ResponseHead(int status) {
    text.append("HTTP/1.1 ").append(status).append(' ');
    end(reason(status));
  }

  /**
   * Adds a field.
   *
   * @throws IllegalArgumentException when the value has a line break
   */
  ResponseHead add(String name, String value) {
    if (value.indexOf('\r') >= 0 || value.indexOf('\n') >= 0) {
      throw new IllegalArgumentException("The header " + name + " has more than one line.");
    }
    text.append(name).append(": ");
    end(value);
    return this;
  }

  /** The reason phrases of the statuses that the daemon uses; programs ignore them. */
  private static String reason(int status) {
    return switch (status) {
      case 200 -> "OK";
      case 204 -> "No Content";
      case 206 -> "Partial Content";
      case 304 -> "Not Modified";
      case 400 -> "Bad Request";
      case 401 -> "Unauthorized";
      case 403 -> "Forbidden";
      case 404 -> "Not Found";
      case 405 -> "Method Not Allowed";
      case 408 -> "Request Timeout";
      case 409 -> "Conflict";
      case 412 -> "Precondition Failed";
      case 413 -> "Request Too Long";
      case 415 -> "Unsupported Media Type";
      case 416 -> "Requested Range Not Satisfiable";
      case 426 -> "Upgrade Required";
      case 431 -> "Request Header Fields Too Large";
      case 500 -> "Internal Server Error";
      case 503 -> "Service Unavailable";
      case 505 -> "Http Version Not Supported";
      case 507 -> "Insufficient Storage";
      default -> "";
    };
  }

  private void end(String line) {
    text.append(line).append("\r\n");
  }

  ByteBuffer bytes() {
    return ByteBuffer.wrap((text + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
  }
}
