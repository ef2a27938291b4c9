package com.jstorrent.iodaemon.transport;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes the JSON bodies of CLIENT_HELLO and SERVER_HELLO (PROTOCOL.md § 3, [ext]). An
 * interface, because core has no JSON library.
 */
public interface HelloCodec {

  /** For clients that only ever send an empty hello: refuses any other. */
  HelloCodec EMPTY_ONLY =
      new HelloCodec() {
        @Override
        public ClientHello read(String json) {
          throw new IllegalArgumentException("This transport takes an empty CLIENT_HELLO only.");
        }

        @Override
        public String write(ServerHello hello) {
          return "";
        }
      };

  /**
   * @throws IllegalArgumentException with one sentence, when it is not such an object
   */
  ClientHello read(String json);

  String write(ServerHello hello);

  /** What a client asks for. */
  record ClientHello(List<String> capabilities, @Nullable String session) {}

  /**
   * What it gets.
   *
   * @param limits by name, in bytes, seconds or numbers
   * @param ticket a ticket by which another connection may resume this session, or null
   */
  record ServerHello(
      List<String> capabilities,
      Map<String, Long> limits,
      String version,
      @Nullable String ticket) {}
}
