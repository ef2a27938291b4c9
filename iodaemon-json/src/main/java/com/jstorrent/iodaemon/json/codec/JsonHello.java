package com.jstorrent.iodaemon.json.codec;

import com.jstorrent.iodaemon.json.Json;
import com.jstorrent.iodaemon.transport.HelloCodec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The JSON of CLIENT_HELLO and SERVER_HELLO (PROTOCOL.md § 3, [ext]). Unknown fields are ignored.
 */
public final class JsonHello implements HelloCodec {

  /** Creates a codec, which is stateless. */
  public JsonHello() {}

  @Override
  public ClientHello read(String json) {
    Map<String, @Nullable Object> fields = Json.readObject(json);
    List<String> capabilities = new ArrayList<>();
    if (fields.get("caps") instanceof List<?> names) {
      for (Object name : names) {
        if (!(name instanceof String text)) {
          throw new IllegalArgumentException("A capability must be a string.");
        }
        capabilities.add(text);
      }
    }
    return new ClientHello(
        List.copyOf(capabilities), fields.get("session") instanceof String name ? name : null);
  }

  @Override
  public String write(ServerHello hello) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("caps", hello.capabilities());
    fields.put("limits", new TreeMap<>(hello.limits()));
    fields.put("version", hello.version());
    if (hello.ticket() != null) {
      fields.put("ticket", hello.ticket());
    }
    return Json.write(fields);
  }
}
