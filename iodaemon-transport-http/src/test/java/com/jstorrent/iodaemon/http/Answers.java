package com.jstorrent.iodaemon.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.json.Json;
import java.net.http.HttpResponse;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What tests check in answers. */
final class Answers {
  private Answers() {}

  static String text(HttpResponse<byte[]> response) {
    return new String(response.body(), UTF_8);
  }

  static Map<String, @Nullable Object> object(HttpResponse<byte[]> response) {
    return Json.readObject(text(response));
  }

  static String message(HttpResponse<byte[]> response) {
    return (String) object(response).get("message");
  }

  /** A failure as PROTOCOL.md § 5 has it, and with this status. */
  static void assertFailure(HttpResponse<byte[]> response, int status, String error) {
    assertThat(response.statusCode()).as(text(response)).isEqualTo(status);
    assertThat(response.headers().firstValue("content-type")).hasValue("application/json");
    assertFailure(text(response), error);
  }

  /** The body of a failure: two fields, one sentence, and no absolute path. */
  static void assertFailure(String body, String error) {
    Map<String, @Nullable Object> fields = Json.readObject(body);
    assertThat(fields).containsEntry("error", error).containsOnlyKeys("error", "message");
    assertThat((String) fields.get("message"))
        .matches("[A-Z].*[.?]")
        .doesNotContainPattern("\\. [A-Z]")
        .doesNotContainPattern("(^|[ \"'(])/\\w");
  }
}
