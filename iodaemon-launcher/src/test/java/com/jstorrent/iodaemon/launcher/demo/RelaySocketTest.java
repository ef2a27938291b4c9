package com.jstorrent.iodaemon.launcher.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.jstorrent.iodaemon.IoDaemon;
import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.http.HttpTransport;
import com.jstorrent.iodaemon.ws.WebSocketUpgrade;
import java.io.IOException;
import java.net.http.HttpClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** When the demo fails, it reports the daemon's reason. */
@Timeout(300)
class RelaySocketTest {
  private static IoDaemon daemon() throws IOException {
    return IoDaemon.builder()
        .token("t")
        .transport(HttpTransport.onPort(0).upgrade(WebSocketUpgrade.io()))
        .build()
        .start();
  }

  @Test
  void theMessageOfAnErrorIsTheReason() throws Exception {
    try (IoDaemon daemon = daemon();
        HttpClient http = HttpClient.newHttpClient();
        RelaySocket relay = RelaySocket.connect(http, daemon.port(), "t")) {
      relay.send(new ClientFrame.TcpConnect(1, 1, 1, ""));
      assertThatThrownBy(relay::receive)
          .isInstanceOf(IOException.class)
          .hasMessage("The daemon has answered with ERROR: A host name or address is missing.");
      relay.send(new ClientFrame.UdpBind(2, 2, 0, "127.0.0.1"));
      assertThat(relay.receive()).as("the connection stays open")
          .isInstanceOf(DaemonFrame.UdpBound.class);
    }
  }

  @Test
  void theEndOfAConnectionIsTheReason() throws Exception {
    IoDaemon daemon = daemon();
    try (HttpClient http = HttpClient.newHttpClient();
        RelaySocket relay = RelaySocket.connect(http, daemon.port(), "t")) {
      daemon.close();
      assertThatThrownBy(relay::receive)
          .isInstanceOf(IOException.class)
          .hasMessage("The daemon has closed the connection with 1001.");
    }
  }

  @Test
  void aRefusedTokenIsTheReason() throws Exception {
    try (IoDaemon daemon = daemon();
        HttpClient http = HttpClient.newHttpClient()) {
      assertThatThrownBy(() -> RelaySocket.connect(http, daemon.port(), "wrong"))
          .isInstanceOf(IOException.class)
          .hasMessage("The daemon did not accept the token.");
    }
  }
}
