package com.jstorrent.iodaemon.client;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Locale;

/** The client's side of the upgrade (RFC 6455 § 4.1, PROTOCOL.md § 2). */
final class WebSocketHandshake {
  private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  private static final String ACCEPT = "sec-websocket-accept:";
  private static final String SWITCHED = "101";
  private static final String UNAUTHORIZED = "401";
  private static final int KEY_BYTES = 16;
  private static final int MAX_LINES = 100;
  private static final SecureRandom RANDOM = new SecureRandom();

  private final URI address;
  private final String token;
  private final String key;

  WebSocketHandshake(URI address, String token) {
    byte[] random = new byte[KEY_BYTES];
    RANDOM.nextBytes(random);
    this.address = address;
    this.token = token;
    this.key = Base64.getEncoder().encodeToString(random);
  }

  void request(OutputStream out) throws IOException {
    StringBuilder head = new StringBuilder("GET ");
    head.append(address.getRawPath());
    if (address.getRawQuery() != null) {
      head.append('?').append(address.getRawQuery());
    }
    head.append(" HTTP/1.1\r\nHost: ").append(address.getHost()).append(':');
    head.append(address.getPort()).append("\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n");
    head.append("Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ").append(key).append("\r\n");
    if (isHeaderValue(token)) {
      head.append("X-JST-Auth: ").append(token).append("\r\n");
    }
    out.write(head.append("\r\n").toString().getBytes(US_ASCII));
  }

  /** A token may be any text; one that no header can carry is sent in AUTH alone. */
  private static boolean isHeaderValue(String token) {
    return token.chars().allMatch(c -> c > ' ' && c <= '~');
  }

  /**
   * Reads the answer.
   *
   * @throws AuthenticationException when it refuses the token
   * @throws IOException when it is not an upgrade
   */
  void answer(WebSocketInput in, SocketDeadline deadline) throws IOException {
    String[] status = in.line(deadline).split(" ", 3);
    if (status.length < 2 || !status[0].startsWith("HTTP/1.1")) {
      throw new IOException("The answer is not HTTP/1.1.");
    }
    if (status[1].equals(UNAUTHORIZED)) {
      throw new AuthenticationException();
    }
    if (!status[1].equals(SWITCHED)) {
      throw new IOException("It answers the upgrade with " + status[1] + '.');
    }
    boolean accepted = false;
    for (int i = 0; i < MAX_LINES; i++) {
      String line = in.line(deadline);
      if (line.isEmpty()) {
        if (!accepted) {
          break;
        }
        return;
      }
      accepted |=
          line.toLowerCase(Locale.ROOT).startsWith(ACCEPT)
              && line.substring(ACCEPT.length()).strip().equals(expected());
    }
    throw new IOException("The answer to the upgrade has a missing or wrong Sec-WebSocket-Accept.");
  }

  private String expected() {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-1").digest((key + GUID).getBytes(US_ASCII));
      return Base64.getEncoder().encodeToString(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every JVM has SHA-1.", e);
    }
  }
}
