package com.jstorrent.iodaemon.client;

import com.jstorrent.iodaemon.frame.Capability;
import com.jstorrent.iodaemon.json.Json;
import java.io.IOException;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What SERVER_HELLO has granted (PROTOCOL.md § 9).
 *
 * @param limits by name, without those that the daemon did not send
 * @param ticket for RESUME, or null
 */
record Negotiated(
    Set<Capability> capabilities, Map<String, Long> limits, @Nullable String ticket) {
  private static final long CREDIT_BYTES = 1 << 20;
  private static final long SEND_CREDIT_BYTES = 8 << 10;
  private static final long REPLAY_BYTES = 4 << 20;
  private static final long RESUME_GRACE_SECONDS = 30;

  /**
   * @param body of SERVER_HELLO; empty when the client has asked for nothing
   */
  static Negotiated read(String body) throws IOException {
    if (body.isEmpty()) {
      return new Negotiated(Set.of(), Map.of(), null);
    }
    try {
      Map<String, @Nullable Object> fields = Json.readObject(body);
      return new Negotiated(
          capabilities(fields.get("caps")),
          limits(fields.get("limits")),
          fields.get("ticket") instanceof String ticket ? ticket : null);
    } catch (IllegalArgumentException e) {
      throw new IOException("The daemon's SERVER_HELLO is not valid JSON.", e);
    }
  }

  private static Set<Capability> capabilities(@Nullable Object names) {
    Set<Capability> granted = EnumSet.noneOf(Capability.class);
    if (names instanceof List<?> list) {
      for (Object name : list) {
        Capability known = name instanceof String label ? Capability.of(label) : null;
        if (known != null) {
          granted.add(known);
        }
      }
    }
    return granted;
  }

  private static Map<String, Long> limits(@Nullable Object object) {
    Map<String, Long> numbers = new HashMap<>();
    if (object instanceof Map<?, ?> map) {
      map.forEach(
          (name, value) -> {
            if (name instanceof String text && value instanceof Long number) {
              numbers.put(text, number);
            }
          });
    }
    return numbers;
  }

  boolean has(Capability capability) {
    return capabilities.contains(capability);
  }

  int creditBytes() {
    return (int) Math.min(Integer.MAX_VALUE, limit("creditBytes", CREDIT_BYTES));
  }

  long sendCreditBytes() {
    return limit("sendCreditBytes", SEND_CREDIT_BYTES);
  }

  /** How many bytes of frames the daemon keeps until the client acknowledges them. */
  long replayBytes() {
    return limit("replayBytes", REPLAY_BYTES);
  }

  long resumeGraceSeconds() {
    return limit("resumeGraceSeconds", RESUME_GRACE_SECONDS);
  }

  private long limit(String name, long otherwise) {
    return limits.getOrDefault(name, otherwise);
  }
}
