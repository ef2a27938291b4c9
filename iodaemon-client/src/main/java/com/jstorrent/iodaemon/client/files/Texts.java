package com.jstorrent.iodaemon.client.files;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** How texts are encoded in requests. */
final class Texts {
  private Texts() {}

  /**
   * @param what what the text is, for the message
   */
  static void requireSendable(String what, String text) {
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
      throw new IllegalArgumentException(
          "The " + what + " must be valid text; it has half a surrogate pair.");
    }
  }

  /** Encodes one segment of a path, or a parameter of a query. */
  static String percentEncoded(String text) {
    if (text.equals(".") || text.equals("..")) {
      return text.replace(".", "%2E"); // as segments they would mean another path
    }
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }
}
