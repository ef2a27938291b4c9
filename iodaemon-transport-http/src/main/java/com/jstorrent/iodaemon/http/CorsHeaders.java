package com.jstorrent.iodaemon.http;

import com.jstorrent.iodaemon.hash.HashAlgorithm;
import com.jstorrent.iodaemon.http.wire.Fields;
import java.util.LinkedHashMap;
import java.util.Map;

/** Headers that let a page of an allowed origin read answers (PROTOCOL.md § 2). Never a wildcard. */
final class CorsHeaders {
  private static final String METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";
  private static final String REQUEST_HEADERS =
      "Authorization, Content-Type, If-Match, If-None-Match, If-Range, Range, X-JST-Auth,"
          + " X-JST-Session, X-JST-ExtensionId,"
          + " X-JST-InstallId, X-Path-Base64, X-Offset, X-Length"
          + expectedDigests();
  private static final String EXPOSED = "Content-Range, Accept-Ranges, Content-Length, ETag";
  private static final String MAX_AGE_SECONDS = "86400";

  private CorsHeaders() {}

  /** A loop, not a stream, because this runs before the first answer. */
  private static String expectedDigests() {
    StringBuilder names = new StringBuilder();
    for (HashAlgorithm algorithm : HashAlgorithm.values()) {
      names.append(", X-Expected-").append(algorithm.name());
    }
    return names.toString();
  }

  /** For every answer to a request from this origin, which must be an allowed one. */
  static Map<String, String> forAnswer(String origin) {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("Access-Control-Allow-Origin", origin);
    headers.put("Access-Control-Expose-Headers", EXPOSED);
    return headers;
  }

  /** For the answer to a preflight from an allowed origin, in addition to those of every answer. */
  static Map<String, String> forPreflight(Fields request) {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("Access-Control-Allow-Methods", METHODS);
    headers.put("Access-Control-Allow-Headers", REQUEST_HEADERS);
    headers.put("Access-Control-Max-Age", MAX_AGE_SECONDS);
    if ("true".equals(request.first("Access-Control-Request-Private-Network"))) {
      headers.put("Access-Control-Allow-Private-Network", "true");
    }
    return headers;
  }
}
