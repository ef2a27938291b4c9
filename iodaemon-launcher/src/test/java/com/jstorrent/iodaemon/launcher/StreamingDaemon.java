package com.jstorrent.iodaemon.launcher;

import com.jstorrent.iodaemon.json.Json;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.Map;

/**
 * A daemon that streams a video whose bytes are in the file only after the engine has downloaded
 * them.
 */
final class StreamingDaemon implements AutoCloseable {
  static final String TOKEN = "t";
  static final String ROOT = "videos";
  private static final String SESSION = "player";
  private static final String NAME = "a film.mp4";

  private final HttpClient http = HttpClient.newHttpClient();
  private final DaemonProcess process;
  private final String address;
  private final String fileId;
  private final RangeEngine engine;

  /**
   * @param folder the download root
   * @param origin the allowed origin
   */
  StreamingDaemon(Path folder, String origin, VideoFile video) throws Exception {
    try (RandomAccessFile empty =
        new RandomAccessFile(folder.resolve(NAME).toFile(), "rw")) {
      empty.setLength(video.size());
    }
    process =
        DaemonProcess.start(
            Map.of("JSTORRENT_DEV_ORIGINS", origin), "--token", TOKEN, "--root",
            ROOT + "=" + folder);
    int port = process.port();
    address = "http://127.0.0.1:" + port;
    WireClient wire =
        new WireClient(http, port, TOKEN, Json.write(Map.of("session", SESSION)));
    fileId =
        text("fileId", "/files/open", Map.of("root_key", ROOT, "path", NAME, "mode", "rw"));
    engine =
        new RangeEngine(
            wire,
            (start, end) -> send(
                "PATCH",
                "/files/" + fileId + "/write?offset=" + start,
                BodyPublishers.ofByteArray(video.bytes(start, end))));
  }

  private String text(String field, String path, Map<String, ?> body) throws Exception {
    String answer = send("POST", path, BodyPublishers.ofString(Json.write(body)));
    return String.valueOf(Json.readObject(answer).get(field));
  }

  private String send(String method, String path, BodyPublisher body) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(address + path))
            .header("X-JST-Auth", TOKEN)
            .header("X-JST-Session", SESSION)
            .method(method, body)
            .build();
    HttpResponse<String> response = http.send(request, BodyHandlers.ofString());
    if (response.statusCode() != 200) {
      throw new AssertionError(path + ": " + response.statusCode() + " " + response.body());
    }
    return response.body();
  }

  /** {@code http://127.0.0.1:port} */
  String address() {
    return address;
  }

  RangeEngine engine() {
    return engine;
  }

  /** A new stream URL of the video, for a player without the token. */
  String ticket() throws Exception {
    return address
        + text("url", "/stream/ticket", Map.of("fileId", fileId, "ttlSeconds", 600));
  }

  @Override
  public void close() throws IOException {
    engine.close();
    process.close();
  }
}
