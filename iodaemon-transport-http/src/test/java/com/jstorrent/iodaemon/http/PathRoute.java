package com.jstorrent.iodaemon.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.jstorrent.iodaemon.json.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** Every route that takes a path, and how the path is sent to it; a path may be any bytes. */
enum PathRoute {
  READ, WRITE, BATCH, ENSURE, STAT, LIST, DELETE, TRUNCATE, RENAME_FROM, RENAME_TO, OPEN_READ,
  OPEN_WRITE, OPEN_CREATE, SHA1, SHA256, FROM_FILE, PIECES;

  /** A file that is there before each request. */
  static final String VICTIM = "victim";

  /** A name that is free. */
  static final String FRESH = "fresh";

  static final byte[] DATA = "data".getBytes(US_ASCII);

  /** For a daemon that blocks; others answer at once. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final int BATCH_HEAD = 16;

  /** Whether it leaves the disk as it is, so that a defect of the daemon cannot hurt the machine. */
  boolean reads() {
    return switch (this) {
      case READ, STAT, LIST, OPEN_READ, SHA1, SHA256, FROM_FILE, PIECES -> true;
      default -> false;
    };
  }

  /** What came back; headers and body as one text, so that whatever leaks shows. */
  record Answer(int status, String text) {}

  Answer ask(HttpDaemon daemon, byte[] path) throws IOException, InterruptedException {
    return switch (this) {
      case READ -> send(daemon, byHeader(daemon, "/read/k", path).GET());
      case WRITE -> send(daemon, byHeader(daemon, "/write/k", path).POST(bytes(DATA)));
      case BATCH -> batch(send(daemon, daemon.request("/write/batch").POST(bytes(extent(path)))));
      case ENSURE -> json(daemon, "/files/ensure_dir", field("path", path));
      case STAT -> send(daemon, daemon.request("/ops/stat?root_key=k&path=" + escaped(path, "")));
      case LIST ->
          send(daemon, daemon.request("/ops/list?root_key=k&path=" + escaped(path, "./")));
      case DELETE -> json(daemon, "/ops/delete", field("path", path));
      case TRUNCATE -> json(daemon, "/ops/truncate", field("path", path) + ",\"length\":1");
      case RENAME_FROM ->
          json(daemon, "/ops/rename", field("path", path) + "," + field("to", FRESH));
      case RENAME_TO ->
          json(daemon, "/ops/rename", field("path", VICTIM) + "," + field("to", path));
      case OPEN_READ -> json(daemon, "/files/open", field("path", path) + ",\"mode\":\"r\"");
      case OPEN_WRITE -> json(daemon, "/files/open", field("path", path) + ",\"mode\":\"rw\"");
      case OPEN_CREATE ->
          json(daemon, "/files/open", field("path", path) + ",\"mode\":\"create\"");
      case SHA1 ->
          send(daemon, daemon.request("/hash/sha1/" + escaped(path, "./") + "?root_key=k"));
      case SHA256 ->
          send(daemon, daemon.request("/hash/sha256/" + escaped(path, "") + "?root_token=k"));
      case FROM_FILE ->
          json(
              daemon,
              "/hash/from-file",
              "\"algorithm\":\"sha1\",\"fileRanges\":[{\"root_key\":\"k\","
                  + field("path", path) + "}]");
      case PIECES ->
          pieces(
              json(
                  daemon,
                  "/hash/pieces",
                  "\"algorithm\":\"sha256\",\"pieceLength\":2,\"files\":[{\"root_key\":\"k\","
                      + field("path", path) + ",\"length\":4}]"));
    };
  }

  /** Sends this object with the root's key in it to a route. */
  static Answer json(HttpDaemon daemon, String target, String fields)
      throws IOException, InterruptedException {
    String body = "{\"root_key\":\"k\"," + fields + "}";
    return send(daemon, daemon.request(target).POST(bytes(body.getBytes(ISO_8859_1))));
  }

  static Answer send(HttpDaemon daemon, HttpRequest.Builder request)
      throws IOException, InterruptedException {
    HttpResponse<byte[]> response = daemon.send(request.timeout(PATIENCE).build());
    return new Answer(
        response.statusCode(),
        response.headers().map() + "\n" + new String(response.body(), ISO_8859_1));
  }

  private static HttpRequest.Builder byHeader(HttpDaemon daemon, String target, byte[] path) {
    return daemon.request(target)
        .header("X-Path-Base64", Base64.getEncoder().encodeToString(path));
  }

  private static HttpRequest.BodyPublisher bytes(byte[] body) {
    return HttpRequest.BodyPublishers.ofByteArray(body);
  }

  private static byte[] extent(byte[] path) {
    return ByteBuffer.allocate(BATCH_HEAD + 1 + path.length + DATA.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put((byte) 0)
        .put((byte) 1)
        .putShort((short) path.length)
        .putInt(DATA.length)
        .putLong(0)
        .put((byte) 'k')
        .put(path)
        .put(DATA)
        .array();
  }

  /** The status of the only extent, unless the batch as a whole was refused. */
  private static Answer batch(Answer answer) {
    if (answer.status() != 200) {
      return answer;
    }
    Map<String, Object> body =
        Json.readObject(answer.text().substring(answer.text().indexOf("\n") + 1));
    Map<?, ?> result = (Map<?, ?>) ((List<?>) body.get("results")).get(0);
    return new Answer(((Long) result.get("status")).intValue(), answer.text());
  }

  /** Bytes that cannot be had are null in a stream that has begun: here they are a 404. */
  private static Answer pieces(Answer answer) {
    return answer.status() == 200 && answer.text().endsWith("\nnull\nnull\n")
        ? new Answer(404, answer.text())
        : answer;
  }

  static String field(String name, String text) {
    return field(name, text.getBytes(UTF_8));
  }

  /** The bytes as they are, but for what JSON does not allow in a string. */
  static String field(String name, byte[] bytes) {
    StringBuilder text = new StringBuilder("\"" + name + "\":\"");
    for (byte b : bytes) {
      if (b == '"' || b == '\\') {
        text.append('\\').append((char) b);
      } else if (b >= 0 && b < ' ') {
        text.append("\\u%04x".formatted(b));
      } else {
        text.append((char) Byte.toUnsignedInt(b));
      }
    }
    return text.append('"').toString();
  }

  /** Percent signs for everything but letters, digits and what is named. */
  static String escaped(byte[] bytes, String plain) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte b : bytes) {
      boolean letter = b >= '0' && b <= '9' || b >= 'A' && b <= 'Z' || b >= 'a' && b <= 'z';
      if (letter || plain.indexOf(b) >= 0) {
        out.write(b);
      } else {
        out.writeBytes("%%%02x".formatted(b).getBytes(US_ASCII));
      }
    }
    return out.toString(US_ASCII);
  }
}
