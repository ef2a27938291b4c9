package com.jstorrent.iodaemon.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** PROTOCOL.md § 5.1: what arrived of a long body before the client left is written. */
class BrokenOffBodyTest {
  private static final int DECLARED = 2 << 20;

  @TempDir
  Path folder;

  @ParameterizedTest(name = "{0} bytes, chunked: {1}")
  @CsvSource({"1,false", "5000,false", "900000,false", "1500000,false",
      "1,true", "5000,true", "900000,true", "1500000,true"})
  void whatCameBeforeTheClientLeftIsWritten(int came, boolean chunked) throws Exception {
    String body = "0123456789".repeat(came / 10 + 1).substring(0, came);
    try (HttpDaemon daemon = new HttpDaemon(folder);
        RawHttp client = daemon.raw()) {
      client.send(
          HttpDaemon.writeHead("f")
              + (chunked
                  ? "Transfer-Encoding: chunked\n\n" + Integer.toHexString(DECLARED) + "\n"
                  : "Content-Length: " + DECLARED + "\n\n"));
      client.sendExactly(body).finish();
      assertThat(client.ended()).isTrue();
      assertThat(Files.readString(folder.resolve("f"))).isEqualTo(body);
    }
  }
}
