package example;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.jstorrent.iodaemon.IoDaemon;
import com.jstorrent.iodaemon.http.HttpTransport;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.sound.sampled.AudioFileFormat;
import javax.sound.sampled.AudioFormat;
import javax.sound.sampled.AudioInputStream;
import javax.sound.sampled.AudioSystem;

/**
 * Serves a page that plays a file of the daemon, and prints the page's address; with the path of a Chromium as its
 * argument, it opens the page there and ends when the file has been played.
 */
public final class PlayerPage {
  private static final String TOKEN = "secret";
  private static final int SECONDS = 2;
  private static final int SAMPLE_RATE = 8000;

  public static void main(String[] args) throws Exception {
    Path folder = Files.createTempDirectory("downloads");
    makeSound(folder.resolve("sound.wav"));
    CompletableFuture<String> told = new CompletableFuture<>();
    HttpServer site =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    String origin = "http://127.0.0.1:" + site.getAddress().getPort();
    site.createContext("/", PlayerPage::servePage);
    site.createContext(
        "/told",
        exchange -> {
          String sentence = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
          answer(exchange, new byte[0]);
          told.complete(sentence);
        });
    site.start();
    // The daemon serves pages of the origins that it is told, and no others.
    try (IoDaemon daemon =
        IoDaemon.builder()
            .token(TOKEN)
            .root("downloads", folder)
            .allowedOrigin(origin)
            .transport(HttpTransport.onPort(0))
            .build()
            .start()) {
      String page =
          "%s/#port=%d&token=%s&path=sound.wav".formatted(origin, daemon.port(), TOKEN);
      System.out.println(page);
      Process browser = args.length == 0 ? null : open(args[0], page, folder);
      if (browser != null) {
        browser.onExit().thenRun(() -> told.complete("The browser has ended."));
      }
      told.completeOnTimeout("Nothing was played within five minutes.", 5, TimeUnit.MINUTES);
      String sentence = told.get();
      System.out.println(sentence);
      if (browser != null) {
        browser.destroy();
        browser.waitFor();
      }
      if (!sentence.equals("played " + SECONDS + " s")) {
        System.exit(1);
      }
    } finally {
      site.stop(0);
    }
  }

  private static void servePage(HttpExchange exchange) throws IOException {
    try (InputStream page = PlayerPage.class.getResourceAsStream("/player.html")) {
      exchange.getResponseHeaders().set("Content-Type", "text/html; charset=utf-8");
      answer(exchange, page.readAllBytes());
    }
  }

  private static void answer(HttpExchange exchange, byte[] body) throws IOException {
    exchange.sendResponseHeaders(200, body.length == 0 ? -1 : body.length);
    if (body.length > 0) {
      exchange.getResponseBody().write(body);
    }
    exchange.close();
  }

  private static Process open(String chromium, String page, Path folder) throws IOException {
    return new ProcessBuilder(
        chromium,
        "--headless=new",
        "--no-sandbox", // not available to root in a container
        "--disable-dev-shm-usage", // a container's /dev/shm is small
        "--no-first-run",
        "--autoplay-policy=no-user-gesture-required",
        "--user-data-dir=" + folder.resolve("browser"),
        page)
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve("browser.log").toFile())
        .start();
  }

  /** A tone, so that no media file has to be at hand. */
  private static void makeSound(Path file) throws IOException {
    byte[] samples = new byte[SECONDS * SAMPLE_RATE];
    for (int i = 0; i < samples.length; i++) {
      samples[i] = (byte) (100 * Math.sin(2 * Math.PI * 440 * i / SAMPLE_RATE));
    }
    AudioFormat format = new AudioFormat(SAMPLE_RATE, 8, 1, true, false);
    try (AudioInputStream sound =
        new AudioInputStream(new ByteArrayInputStream(samples), format, samples.length)) {
      // WAV wants samples without a sign.
      AudioFormat unsigned = new AudioFormat(SAMPLE_RATE, 8, 1, false, false);
      try (AudioInputStream wav = AudioSystem.getAudioInputStream(unsigned, sound)) {
        AudioSystem.write(wav, AudioFileFormat.Type.WAVE, file.toFile());
      }
    }
  }
}
