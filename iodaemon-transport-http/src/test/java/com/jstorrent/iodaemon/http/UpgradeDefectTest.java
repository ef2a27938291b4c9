package com.jstorrent.iodaemon.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.IoDaemon;
import com.jstorrent.iodaemon.http.wire.LoopbackListener;
import com.jstorrent.iodaemon.transport.DaemonServices;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Once a connection was handed to another protocol, no HTTP is sent on it. */
class UpgradeDefectTest {
  private static final Logger LOG = Logger.getLogger(LoopbackListener.class.getName());

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aProtocolThatFailsIsNotAnsweredInHttp(boolean slow) throws Exception {
    LOG.setLevel(Level.OFF); // one of the two is a defect
    try (IoDaemon daemon =
        IoDaemon.builder()
            .token("tok")
            .transport(HttpTransport.onPort(0).upgrade(new Failing(slow)))
            .build()
            .start();
        RawHttp client = new RawHttp(daemon.port())) {
      client.send("GET /fail HTTP/1.1\nHost: localhost\nX-JST-Auth: tok\nUpgrade: fail\n\n");
      assertThat(client.ended()).isTrue();
    } finally {
      LOG.setLevel(null);
    }
  }

  private record Failing(boolean slow) implements UpgradeHook {
    @Override
    public String path() {
      return "/fail";
    }

    @Override
    public @Nullable Refusal refuse(UpgradeRequest request) {
      return null;
    }

    @Override
    public void start(DaemonServices services) {}

    @Override
    public void serve(UpgradeRequest request) throws IOException {
      if (slow) {
        throw new SocketTimeoutException("Too slow.");
      }
      throw new IllegalStateException("A defect.");
    }
  }
}
