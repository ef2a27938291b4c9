package com.jstorrent.iodaemon.ws;

import com.jstorrent.iodaemon.IoDaemon;
import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.frame.FrameReader;
import com.jstorrent.iodaemon.frame.FrameWriter;
import com.jstorrent.iodaemon.frame.ProtocolException;
import com.jstorrent.iodaemon.http.HttpTransport;
import com.jstorrent.iodaemon.testkit.TestDaemon;
import com.jstorrent.iodaemon.transport.BoundTransport;
import com.jstorrent.iodaemon.transport.DaemonServices;
import com.jstorrent.iodaemon.transport.ServerTransport;
import com.jstorrent.iodaemon.transport.service.RequestServices;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A daemon whose clients connect by WebSocket. */
final class WholeDaemon implements AutoCloseable, ServerTransport {
  private static final String TOKEN = "tok";

  private final HttpTransport http = HttpTransport.onPort(0).upgrade(WebSocketUpgrade.io());
  private final IoDaemon daemon = IoDaemon.builder().token(TOKEN).transport(this).build();
  private volatile @Nullable RequestServices services;

  WholeDaemon() throws IOException {
    daemon.start();
  }

  @Override
  public BoundTransport start(DaemonServices offered) throws IOException {
    services = RequestServices.of(offered);
    return http.start(offered);
  }

  RequestServices services() {
    return Objects.requireNonNull(services);
  }

  /** A client that has authenticated with its request. */
  RawWebSocket client() throws IOException {
    return RawWebSocket.connect(daemon.port(), "X-JST-Auth: " + TOKEN + "\r\n");
  }

  /** A client that asks for a capability before it authenticates; returns it after AUTH_RESULT. */
  Resumable resumable() throws IOException, ProtocolException {
    RawWebSocket client = RawWebSocket.connect(daemon.port());
    send(client, new ClientFrame.ClientHello(1, "{\"caps\":[\"resume\"]}"));
    String hello = expect(client, DaemonFrame.ServerHello.class).body();
    send(client, new ClientFrame.Auth(2, 1, TOKEN));
    expect(client, DaemonFrame.AuthResult.class);
    return new Resumable(client, hello.replaceAll("(?s).*\"ticket\":\"([^\"]+)\".*", "$1"));
  }

  record Resumable(RawWebSocket client, String ticket) {}

  /** The client pauses and then answers a ping, as it would sooner or later if it had received one. */
  static void pauseAndAnswerPing(RawWebSocket client) throws IOException {
    long begun = System.nanoTime();
    TestDaemon.await(
        "a pause", () -> System.nanoTime() - begun > ClientInput.PAUSE.toNanos() / 4);
    client.frame(RawWebSocket.PONG, new byte[0]);
  }

  static byte[] bytes(ClientFrame frame) {
    ByteBuffer encoded = FrameWriter.write(frame, 0);
    byte[] bytes = new byte[encoded.remaining()];
    encoded.get(bytes);
    return bytes;
  }

  static void send(RawWebSocket client, ClientFrame frame) throws IOException {
    client.frame(RawWebSocket.BINARY, bytes(frame));
  }

  /** The next frame of this kind; ACK and pings are passed over. */
  static <F extends DaemonFrame> F expect(RawWebSocket client, Class<F> kind)
      throws IOException, ProtocolException {
    while (true) {
      RawWebSocket.Frame message =
          Objects.requireNonNull(client.next(), "the connection has ended");
      if (message.opcode() == RawWebSocket.BINARY) {
        DaemonFrame frame = FrameReader.readDaemon(ByteBuffer.wrap(message.payload()));
        if (!(frame instanceof DaemonFrame.Ack)) {
          return kind.cast(frame);
        }
      }
    }
  }

  @Override
  public void close() {
    daemon.close();
  }
}
