package com.jstorrent.iodaemon.ws;

import com.jstorrent.iodaemon.http.UpgradeHook.Refusal;
import com.jstorrent.iodaemon.http.UpgradeRequest;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * Checks the rules for an opening handshake that the library does not check (RFC 6455 § 4.2.1), and builds the
 * request head for the library. The head contains only what the library needs, so that the library cannot echo
 * anything else from the client.
 */
final class UpgradeCheck {
  private static final String VERSION = "13";
  private static final int KEY_BYTES = 16;

  private UpgradeCheck() {}

  static @Nullable Refusal refuse(UpgradeRequest request) {
    if (!request.lists("upgrade", "websocket") || !request.lists("connection", "upgrade")) {
      return new Refusal(
          426,
          "This path speaks WebSocket only.",
          new Refusal.Header("Upgrade", "websocket"));
    }
    if (!VERSION.equals(request.single("sec-websocket-version"))) {
      return new Refusal(
          426,
          "The WebSocket version must be " + VERSION + ".",
          new Refusal.Header("Sec-WebSocket-Version", VERSION));
    }
    if (!keyIsValid(request.single("sec-websocket-key"))) {
      return new Refusal(400, "Sec-WebSocket-Key must be 16 bytes in base64.", null);
    }
    return null;
  }

  private static boolean keyIsValid(@Nullable String key) {
    try {
      return key != null && Base64.getDecoder().decode(key).length == KEY_BYTES;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** The head for the library, of a request that {@link #refuse} has accepted. */
  static byte[] head(UpgradeRequest request) {
    return ("GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        + "Sec-WebSocket-Version: "
        + VERSION
        + "\r\nSec-WebSocket-Key: "
        + request.single("sec-websocket-key")
        + "\r\n\r\n")
        .getBytes(StandardCharsets.US_ASCII);
  }
}
