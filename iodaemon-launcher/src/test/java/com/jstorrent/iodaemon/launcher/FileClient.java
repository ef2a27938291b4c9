package com.jstorrent.iodaemon.launcher;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.jstorrent.iodaemon.json.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.apache.commons.codec.digest.DigestUtils;

/**
 * A client of the file routes over the JDK's HttpClient. Thread-safe; each thread gets a
 * connection.
 */
final class FileClient implements AutoCloseable {
  static final String TOKEN = "t";
  static final String ROOT = "k";
  private static final Duration FLUSH_TIMEOUT = Duration.ofMinutes(5);
  private static final int EXTENT_HEAD = 16;
  private static final byte SHA1 = 1;

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final int port;

  FileClient(int port) {
    this.port = port;
  }

  /** An answer. */
  record Answer(int status, byte[] body) {
    String text() {
      return new String(body, UTF_8);
    }

    Map<String, Object> json() {
      return Json.readObject(text());
    }

    /** The code of a failure, or an empty string. */
    String error() {
      return status == 200 ? "" : (String) json().get("error");
    }

    /** Omits the bytes of a file. */
    @Override
    public String toString() {
      return status + " " + (status == 200 ? body.length + " bytes" : text());
    }

    String message() {
      return (String) json().get("message");
    }
  }

  /** An extent of a batch, which is sent with its SHA-1. */
  record Extent(String path, long offset, byte[] data) {}

  private Answer send(HttpRequest.Builder request) throws IOException {
    try {
      HttpResponse<byte[]> response =
          http.send(
              request.header("X-JST-Auth", TOKEN).timeout(FLUSH_TIMEOUT).build(),
              HttpResponse.BodyHandlers.ofByteArray());
      return new Answer(response.statusCode(), response.body());
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  private HttpRequest.Builder request(String target) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + target));
  }

  private HttpRequest.Builder request(String target, String path, long offset) {
    return request(target)
        .header("X-Path-Base64", Base64.getEncoder().encodeToString(path.getBytes(UTF_8)))
        .header("X-Offset", Long.toString(offset));
  }

  /** Writes without a digest; a body of more than 1 MiB is written as it arrives. */
  Answer write(String path, long offset, byte[] data) throws IOException {
    return send(
        request("/write/" + ROOT, path, offset).POST(BodyPublishers.ofByteArray(data)));
  }

  Answer writeVerified(String path, long offset, byte[] data) throws IOException {
    return send(
        request("/write/" + ROOT, path, offset)
            .header("X-Expected-SHA1", DigestUtils.sha1Hex(data))
            .POST(BodyPublishers.ofByteArray(data)));
  }

  /** Writes by handle, with a digest. */
  Answer patch(String fileId, long offset, byte[] data) throws IOException {
    return send(
        request("/files/" + fileId + "/write?offset=" + offset)
            .header("X-Expected-SHA1", DigestUtils.sha1Hex(data))
            .method("PATCH", BodyPublishers.ofByteArray(data)));
  }

  /** Writes a batch and returns the result of each extent. */
  List<Map<String, Object>> batch(List<Extent> extents) throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    for (Extent extent : extents) {
      byte[] path = extent.path().getBytes(UTF_8);
      ByteBuffer head = ByteBuffer.allocate(EXTENT_HEAD).order(ByteOrder.LITTLE_ENDIAN);
      head.put(SHA1).put((byte) ROOT.length()).putShort((short) path.length);
      head.putInt(extent.data().length).putLong(extent.offset());
      body.writeBytes(head.array());
      body.writeBytes(ROOT.getBytes(UTF_8));
      body.writeBytes(path);
      body.writeBytes(DigestUtils.sha1(extent.data()));
      body.writeBytes(extent.data());
    }
    Answer answer =
        send(request("/write/batch").POST(BodyPublishers.ofByteArray(body.toByteArray())));
    if (answer.status() != 200) {
      throw new AssertionError(answer);
    }
    return results(answer);
  }

  @SuppressWarnings("unchecked") // as PROTOCOL.md § 5.6 describes it
  private static List<Map<String, Object>> results(Answer answer) {
    return (List<Map<String, Object>>) answer.json().get("results");
  }

  Answer read(String path) throws IOException {
    return send(request("/read/" + ROOT, path, 0));
  }

  Answer read(String path, long offset, int length) throws IOException {
    return send(
        request("/read/" + ROOT, path, offset).header("X-Length", Integer.toString(length)));
  }

  Answer get(String target) throws IOException {
    return send(request(target));
  }

  /** {@code GET} with {@code path} and {@code root_key} in the query. */
  Answer query(String target, String path) throws IOException {
    return get(target + "?root_key=" + ROOT + "&path=" + URLEncoder.encode(path, UTF_8));
  }

  Answer post(String target) throws IOException {
    return send(request(target).POST(BodyPublishers.noBody()));
  }

  /** {@code POST} of a JSON object with {@code path}, {@code root_key} and one more field. */
  Answer post(String target, String path, String field, Object value) throws IOException {
    return json(target, Map.of("root_key", ROOT, "path", path, field, value));
  }

  /** {@code POST} of a JSON object. */
  Answer json(String target, Map<String, Object> fields) throws IOException {
    return send(request(target).POST(BodyPublishers.ofString(Json.write(fields))));
  }

  Answer delete(String path) throws IOException {
    return post("/ops/delete", path, "comment", "");
  }

  Answer rename(String path, String to) throws IOException {
    return post("/ops/rename", path, "to", to);
  }

  Answer truncate(String path, long length) throws IOException {
    return post("/ops/truncate", path, "length", length);
  }

  /** Opens a file and returns the id of its handle. */
  String open(String path, String mode) throws IOException {
    Answer answer = post("/files/open", path, "mode", mode);
    if (answer.status() != 200) {
      throw new AssertionError(answer);
    }
    return (String) answer.json().get("fileId");
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
