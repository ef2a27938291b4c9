package com.jstorrent.iodaemon.client.files;

import com.jstorrent.iodaemon.json.Json;
import java.io.IOException;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An answer whose head has arrived. Must be closed, which ends its connection unless all has been read. */
record Answer(int status, HttpHeaders headers, AnswerInput body) implements AutoCloseable {
  /** The longest body that is read as text: twice the longest listing. */
  private static final int TEXT_BYTES = 64 << 20;

  private static final int SENTENCE_BYTES = 64 << 10;

  /** Such as EROFS; anything else was not sent by a daemon, and might quote the token. */
  private static final String CODE = "[A-Z0-9_]{1,40}";

  boolean isSuccess() {
    return status / 100 == 2;
  }

  String text() throws IOException {
    byte[] text = body.readNBytes(TEXT_BYTES);
    if (body.read() >= 0) {
      throw new IOException("The daemon's answer is longer than " + TEXT_BYTES + " bytes.");
    }
    return new String(text, StandardCharsets.UTF_8);
  }

  /** Reads a body that is not needed, so that the connection can be used again. */
  void finish() throws IOException {
    while (body.read() >= 0) {
      // Such bodies are empty, or a word.
    }
  }

  @Nullable
  Object json() throws IOException {
    try {
      return Json.read(text());
    } catch (IllegalArgumentException e) {
      throw new IOException("The daemon's answer is not valid JSON; is this a JSTorrent daemon?",
          e);
    }
  }

  JsonAnswer object() throws IOException {
    return JsonAnswer.of(json());
  }

  /** Reads the reason from an answer that is not a success. */
  FilesException refusal(Server server) throws IOException {
    String code = "";
    String sentence =
        "The request was refused without a reason; is this a JSTorrent daemon?";
    String text = new String(body.readNBytes(SENTENCE_BYTES), StandardCharsets.UTF_8);
    if (text.startsWith("{")) {
      try {
        Map<String, @Nullable Object> fields = Json.readObject(text);
        code = fields.get("error") instanceof String given && given.matches(CODE) ? given : code;
        sentence = fields.get("message") instanceof String given ? given : sentence;
      } catch (IllegalArgumentException e) {
        sentence = "The request was refused with a reason that cannot be read.";
      }
    }
    return new FilesException(
        status, server.withoutToken(code), server.withoutToken(sentence), retryAfter());
  }

  private @Nullable Duration retryAfter() {
    String seconds = headers.firstValue("Retry-After").orElse("");
    return seconds.matches("\\d{1,9}") ? Duration.ofSeconds(Long.parseLong(seconds)) : null;
  }

  @Override
  public void close() {
    body.close();
  }
}
