package example.modules;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.jstorrent.iodaemon.IoDaemon;
import com.jstorrent.iodaemon.http.HttpTransport;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.ws.WebSocketUpgrade;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;

/** As the program of the class path, in a module of its own. */
public final class Embedded {
  private static final String CONTENT = "written through the daemon";

  private Embedded() {}

  public static void main(String[] args) throws Exception {
    Path folder = Files.createTempDirectory("downloads");
    try (IoDaemon daemon =
        IoDaemon.builder()
            .token("secret")
            .root("downloads", folder)
            .transport(
                HttpTransport.onPort(0)
                    .upgrade(WebSocketUpgrade.io())
                    .upgrade(WebSocketUpgrade.control()))
            .build()
            .start()) {
      HttpRequest write =
          HttpRequest.newBuilder(
              URI.create("http://127.0.0.1:" + daemon.port() + "/write/downloads"))
              .header("X-JST-Auth", "secret")
              .header("X-Path-Base64", Base64.getEncoder().encodeToString("hello.txt".getBytes(UTF_8)))
              .POST(BodyPublishers.ofString(CONTENT))
              .build();
      HttpResponse<String> answer =
          HttpClient.newHttpClient().send(write, BodyHandlers.ofString());
      String written = Files.readString(folder.resolve("hello.txt"));
      System.out.printf(
          "%d, %d bytes written: %s%n",
          answer.statusCode(), daemon.stats().get(Counter.FILE_BYTES_WRITTEN), written);
      if (!written.equals(CONTENT)) {
        System.exit(1);
      }
    } finally {
      Files.deleteIfExists(folder.resolve("hello.txt"));
      Files.delete(folder);
    }
  }
}
