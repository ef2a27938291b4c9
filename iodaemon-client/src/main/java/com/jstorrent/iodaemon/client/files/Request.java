package com.jstorrent.iodaemon.client.files;

import com.jstorrent.iodaemon.json.Json;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * A request, without what all requests have in common.
 *
 * @param line method and target
 * @param headers of this request alone
 * @param body its parts; empty for none
 * @param traits how it is sent
 */
record Request(
    Line line, Map<String, String> headers, List<ByteBuffer> body, Set<Trait> traits) {

  /** The first line, percent-encoded. */
  record Line(String method, String target) {}

  /** How a request differs from others. */
  enum Trait {
    /** Sending it twice may have another effect than sending it once, so it is never repeated. */
    ONCE,
    /** It is sent without the token. */
    OPEN
  }

  static Request get(String target) {
    return of("GET", target);
  }

  static Request post(String target) {
    return of("POST", target);
  }

  static Request of(String method, String target) {
    return new Request(new Line(method, target), Map.of(), List.of(), Set.of());
  }

  Request header(String name, Object value) {
    Map<String, String> all = new LinkedHashMap<>(headers);
    all.put(name, value.toString());
    return new Request(line, all, body, traits);
  }

  Request body(List<ByteBuffer> parts) {
    return new Request(line, headers, parts, traits);
  }

  Request json(Map<String, ?> fields) {
    byte[] text = Json.write(fields).getBytes(StandardCharsets.UTF_8);
    return header("Content-Type", "application/json").body(List.of(ByteBuffer.wrap(text)));
  }

  Request with(Trait trait) {
    Set<Trait> all = new TreeSet<>(traits);
    all.add(trait);
    return new Request(line, headers, body, all);
  }

  boolean is(Trait trait) {
    return traits.contains(trait);
  }

  long length() {
    return body.stream().mapToLong(ByteBuffer::remaining).sum();
  }

  /** Leaves out the headers, which may hold what does not belong in a log. */
  @Override
  public String toString() {
    return line.method() + ' ' + line.target();
  }
}
