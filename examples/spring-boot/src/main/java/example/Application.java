package example;

import com.jstorrent.iodaemon.IoDaemon;
import com.jstorrent.iodaemon.http.HttpTransport;
import com.jstorrent.iodaemon.ws.WebSocketUpgrade;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;

/** Runs a context with a daemon and ends with a status that tells whether both came and went together. */
@SpringBootApplication
public class Application {

  @Bean(initMethod = "start", destroyMethod = "close")
  IoDaemon ioDaemon(
      @Value("${io.token}") String token, @Value("${io.root}") Path root) throws IOException {
    return IoDaemon.builder()
        .token(token)
        .root("downloads", root.toAbsolutePath())
        .transport(
            HttpTransport.onPort(0)
                .upgrade(WebSocketUpgrade.io())
                .upgrade(WebSocketUpgrade.control()))
        .build();
  }

  public static void main(String[] args) throws Exception {
    HttpClient client = HttpClient.newHttpClient();
    HttpRequest roots;
    try (ConfigurableApplicationContext context = SpringApplication.run(Application.class, args)) {
      int port = context.getBean(IoDaemon.class).port();
      roots =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/roots"))
              .header("X-JST-Auth", context.getEnvironment().getRequiredProperty("io.token"))
              .build();
      String answer = client.send(roots, BodyHandlers.ofString()).body();
      System.out.println(answer);
      if (!answer.contains("downloads")) {
        System.exit(1);
      }
    }
    try {
      client.send(roots, BodyHandlers.ofString());
      System.out.println("The daemon still runs although its context is closed.");
      System.exit(1);
    } catch (ConnectException e) {
      System.out.println("The context has closed the daemon.");
    }
  }
}
