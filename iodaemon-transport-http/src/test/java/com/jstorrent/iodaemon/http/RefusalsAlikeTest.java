package com.jstorrent.iodaemon.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** PROTOCOL.md § 2: a client without the token cannot tell what is wrong with it, nor what is there. */
class RefusalsAlikeTest {
  private static final String REFUSAL =
      """
          HTTP/1.1 401 Unauthorized
          Cache-Control: no-store
          Connection: close
          Content-Length: 94
          Content-Type: application/json
          Cross-Origin-Resource-Policy: same-site
          Vary: Origin
          WWW-Authenticate: Bearer
          X-Content-Type-Options: nosniff
          {"error":"EAUTH","message":"The token is missing or wrong; send it in the header X-JST-Auth."}""";

  @TempDir
  Path folder;

  /** All of an answer but its date, its header fields sorted. */
  private static String ask(HttpDaemon daemon, String line, String credential) throws Exception {
    try (RawHttp client = daemon.raw()) {
      String answer =
          client.send(
              line + " HTTP/1.1\nHost: localhost\n" + credential + "X-Path-Base64: "
                  + HttpDaemon.encoded("f") + "\nConnection: close\n\n")
              .everything();
      String[] parts = answer.split("\r\n\r\n", 2);
      List<String> head = parts[0].lines().toList();
      List<String> fields =
          head.subList(1, head.size())
              .stream()
              .filter(field -> !field.startsWith("Date: "))
              .sorted()
              .toList();
      return head.get(0) + "\n" + String.join("\n", fields) + "\n" + parts[1];
    }
  }

  @Test
  void everyRefusalIsTheSameByteForByte() throws Exception {
    Files.write(folder.resolve("f"), new byte[1]);
    try (HttpDaemon daemon = new HttpDaemon(folder)) {
      String fileId = daemon.open("f", "r");
      List<String> lines =
          List.of(
              "GET /stats", "GET /none", "GET /status", "PUT /stats", "DELETE /health",
              "PATCH /none",
              "GET /read/k", "GET /read/none", "POST /write/k", "GET /files/" + fileId + "/read",
              "GET /files/none/read", "GET /stream/" + fileId, "GET /stream/none",
              "GET /roots?token=tok", "GET /ops/stat?root_key=k&path=f&X-JST-Auth=tok",
              "GET /ops/stat?root_key=k&path=../f", "GET /%2e%2e/stats", "FOO /stats");
      for (String credential : Refusals.CREDENTIALS) {
        for (String line : lines) {
          assertThat(ask(daemon, line, credential)).as(line + "\n" + credential).isEqualTo(REFUSAL);
        }
      }
    }
  }

  @Test
  void anUpgradeWithAWrongTokenIsRefusedInTheSameWords() throws Exception {
    try (HttpDaemon daemon = new HttpDaemon(folder)) {
      for (String credential : Refusals.CREDENTIALS) {
        if (credential.startsWith("X-JST-Auth") || credential.startsWith("Authorization")) {
          assertThat(ask(daemon, "GET /io", credential)).as(credential).isEqualTo(REFUSAL);
        }
      }
    }
  }
}
