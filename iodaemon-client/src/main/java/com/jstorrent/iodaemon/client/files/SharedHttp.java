package com.jstorrent.iodaemon.client.files;

import java.net.http.HttpClient;
import java.time.Duration;

/** The connections that a client shares with everything made from it. Thread-safe. */
final class SharedHttp {
  private final HttpClient client;
  private volatile boolean closed;

  SharedHttp(Duration connectLimit) {
    client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(connectLimit)
            .followRedirects(HttpClient.Redirect.NEVER)
            .proxy(HttpClient.Builder.NO_PROXY) // the token is for this machine only
            .build();
  }

  HttpClient client() {
    return client;
  }

  boolean isClosed() {
    return closed;
  }

  /** Ends what is under way. */
  void close() {
    closed = true;
    client.shutdownNow();
  }
}
