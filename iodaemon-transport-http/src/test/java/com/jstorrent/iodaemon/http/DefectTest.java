package com.jstorrent.iodaemon.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.IoDaemon;
import com.jstorrent.iodaemon.event.DaemonListener;
import com.jstorrent.iodaemon.transport.DaemonServices;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A defect in one connection of an embedded daemon, while others are open. */
@Timeout(600)
class DefectTest {
  private static final String HEALTH = "GET /health HTTP/1.1\nHost: localhost\n\n";
  private static final String BROKEN = "GET /broken HTTP/1.1\nHost: localhost\n\n";

  private final BlockingQueue<Throwable> failures = new LinkedBlockingQueue<>();

  private IoDaemon start(Error error) throws Exception {
    DaemonListener listener =
        new DaemonListener() {
          @Override
          public void onFailed(Throwable cause) {
            failures.add(cause);
          }
        };
    return IoDaemon.builder()
        .token("t")
        .listener(listener)
        .transport(HttpTransport.onPort(0).upgrade(new BrokenProtocol(error)))
        .build()
        .start();
  }

  @Test
  void anErrorEndsTheConnectionThatHasCausedItAndNoOther() throws Exception {
    try (IoDaemon daemon = start(new AssertionError("a defect"));
        RawHttp other = new RawHttp(daemon.port());
        RawHttp client = new RawHttp(daemon.port())) {
      assertThat(other.send(HEALTH).answer().status()).isEqualTo(200);
      assertThat(client.send(BROKEN).ended()).isTrue();
      assertThat(other.send(HEALTH).answer().status()).isEqualTo(200);
      try (RawHttp next = new RawHttp(daemon.port())) {
        assertThat(next.send(HEALTH).answer().status()).isEqualTo(200);
      }
      assertThat(failures).isEmpty();
    }
  }

  @Test
  void runningOutOfMemoryIsToldToTheEmbedderWhoseJvmLives() throws Exception {
    Error error = new OutOfMemoryError("Cannot reserve direct memory");
    try (IoDaemon daemon = start(error); RawHttp client = new RawHttp(daemon.port())) {
      client.send(BROKEN);
      assertThat(failures.take()).isSameAs(error);
      try (RawHttp next = new RawHttp(daemon.port())) {
        assertThat(next.send(HEALTH).answer().status()).isEqualTo(200);
      }
    }
  }

  private record BrokenProtocol(Error error) implements UpgradeHook {
    @Override
    public String path() {
      return "/broken";
    }

    @Override
    public @Nullable Refusal refuse(UpgradeRequest request) {
      return null;
    }

    @Override
    public void start(DaemonServices services) {}

    @Override
    public void serve(UpgradeRequest request) {
      throw error;
    }
  }
}
