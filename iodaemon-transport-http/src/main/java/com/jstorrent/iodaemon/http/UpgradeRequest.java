package com.jstorrent.iodaemon.http;

import com.jstorrent.iodaemon.http.wire.Fields;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request that asks for another protocol, after the checks of PROTOCOL.md § 2.
 *
 * @param target the request target as it stood in the request line
 * @param headers all header fields; names in lower case, values in the order of arrival
 * @param authenticated whether it carried the right token
 * @param readAhead what the client sent after the request, as far as it was read already
 * @param channel the connection from here on
 */
public record UpgradeRequest(
    String target,
    Map<String, List<String>> headers,
    boolean authenticated,
    ByteBuffer readAhead,
    SocketChannel channel) {

  /** The value of a header that must occur once, or null when it is missing or repeated. */
  public @Nullable String single(String name) {
    List<String> values = headers.get(name);
    return values != null && values.size() == 1 ? values.get(0) : null;
  }

  /** Whether a header's comma-separated list holds this token, in any case. */
  public boolean lists(String name, String token) {
    return Fields.membersOf(headers.getOrDefault(name, List.of()))
        .stream()
        .anyMatch(token::equalsIgnoreCase);
  }
}
