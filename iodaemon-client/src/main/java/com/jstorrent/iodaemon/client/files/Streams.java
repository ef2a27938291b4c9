package com.jstorrent.iodaemon.client.files;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Files as media players read them (PROTOCOL.md § 5.5): before bytes are sent, the session that has opened the file
 * is asked for them. Its methods block and throw like those of {@link FilesClient}. Immutable and thread-safe.
 */
public final class Streams {
  private static final long MAX_OFFSET = 999_999_999_999_999_999L; // PROTOCOL.md § 5: numbers have 18 digits at most
  private static final int PARTIAL = 206;
  private static final Pattern CONTENT_RANGE =
      Pattern.compile("bytes (\\d{1,18})-(\\d{1,18})/(\\d{1,18})");

  private final HttpCalls calls;

  Streams(HttpCalls calls) {
    this.calls = calls;
  }

  /**
   * An address by which a player that cannot show the token may read a file. The address contains a secret. Use a
   * separate ticket for each player: two that share an address wait for each other.
   *
   * @param life how long it is valid, from a second to a day; it ends with the handle at the latest
   */
  public URI ticket(FileHandle file, Duration life) throws IOException {
    Request request =
        Request.post("/stream/ticket")
            .json(Map.of("fileId", file.id(), "ttlSeconds", life.toSeconds()));
    String target = calls.call(request, Answer::object).text("url");
    if (!target.startsWith("/")) {
      throw new IOException("The daemon has sent an invalid ticket.");
    }
    return calls.server().resolve(target);
  }

  /**
   * Opens a range of a file. Waits until its first bytes are there, which may take long when the session holds them
   * back, see {@link FilesClient#within}.
   *
   * @return its bytes, as they arrive; must be closed
   * @throws FilesException with the status 416 and the code {@code ERANGE} when the file ends before the range
   *     begins, or with the session's own status when the session rejects the range
   * @throws IllegalArgumentException when the range has no bytes
   */
  public StreamPart open(FileHandle file, ByteRange range) throws IOException {
    Answer answer =
        calls.stream(
            Request.get("/stream/" + Texts.percentEncoded(file.id()))
                .header("Range", "bytes=" + range.offset() + '-' + last(range)));
    try {
      return part(answer);
    } catch (IOException e) {
      answer.close();
      throw e;
    }
  }

  private static String last(ByteRange range) {
    if (range.length().isEmpty()) {
      return "";
    }
    if (range.length().getAsLong() == 0) {
      throw new IllegalArgumentException("A stream has one byte at least.");
    }
    long length = range.length().getAsLong();
    return length > MAX_OFFSET - range.offset()
        ? "" // up to the end of the file, whatever its size
        : String.valueOf(range.offset() + length - 1);
  }

  private static StreamPart part(Answer answer) throws IOException {
    Matcher range =
        CONTENT_RANGE.matcher(answer.headers().firstValue("Content-Range").orElse(""));
    if (answer.status() != PARTIAL || !range.matches()) {
      throw new IOException("The daemon has not sent the range that was asked for.");
    }
    long first = Long.parseLong(range.group(1));
    long last = Long.parseLong(range.group(2));
    return new StreamPart(
        ByteRange.of(first, last - first + 1),
        Long.parseLong(range.group(3)),
        answer.headers().firstValue("Content-Type").orElse("application/octet-stream"),
        answer.headers().firstValue("ETag").orElse(""),
        answer.body());
  }
}
