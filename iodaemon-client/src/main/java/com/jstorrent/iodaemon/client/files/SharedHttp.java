package com.jstorrent.iodaemon.client.files;

import com.jstorrent.iodaemon.config.Limits;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/** The connections that a client shares with everything made from it. Thread-safe. */
final class SharedHttp {
  private final HttpClient client;
  private final CountDownLatch closed = new CountDownLatch(1);

  SharedHttp(Duration connectLimit) {
    client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(shorter(connectLimit, Limits.LONGEST_TIME))
            .followRedirects(HttpClient.Redirect.NEVER)
            .proxy(HttpClient.Builder.NO_PROXY) // the token is for this machine only
            .build();
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  HttpClient client() {
    return client;
  }

  boolean isClosed() {
    return closed.getCount() == 0;
  }

  /** Opens when the client is closed. */
  CountDownLatch closed() {
    return closed;
  }

  /** Ends what is under way. */
  void close() {
    closed.countDown();
    client.shutdownNow();
  }
}
