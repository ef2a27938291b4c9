package com.jstorrent.iodaemon.client;

import com.jstorrent.iodaemon.frame.Capability;
import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.frame.FrameReader;
import com.jstorrent.iodaemon.frame.FrameWriter;
import com.jstorrent.iodaemon.frame.ProtocolException;
import com.jstorrent.iodaemon.json.Json;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/** The first frames of a connection (PROTOCOL.md § 3.3, § 9.3). Used by one thread. */
final class Handshake {
  private static final int HELLO = 1;
  private static final int AUTH = 2;
  private static final int RESUME = 3;
  private static final int TOKEN_ONLY = 1;

  private final FrameLink link;
  private final Supplier<Duration> answer;

  /**
   * @param answer how long the next answer may take; zero means without limit
   */
  Handshake(FrameLink link, Supplier<Duration> answer) {
    this.link = link;
    this.answer = answer;
  }

  /** Asks for capabilities, and shows the token. */
  Negotiated authenticate(String token, ClientOptions options)
      throws IOException, InterruptedException {
    send(new ClientFrame.ClientHello(HELLO, hello(options)));
    send(new ClientFrame.Auth(AUTH, TOKEN_ONLY, token));
    Negotiated negotiated =
        Negotiated.read(expect(DaemonFrame.ServerHello.class).body());
    if (expect(DaemonFrame.AuthResult.class).status() != 0) {
      throw new AuthenticationException();
    }
    return negotiated;
  }

  private static String hello(ClientOptions options) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("caps", options.capabilities().stream().map(Capability::label).sorted().toList());
    if (options.session() != null) {
      fields.put("session", options.session());
    }
    return options.capabilities().isEmpty() && options.session() == null ? "" : Json.write(fields);
  }

  /**
   * Asks to resume an earlier session.
   *
   * @param received how many of its frames were received
   */
  DaemonFrame.Resumed resume(String ticket, long received)
      throws IOException, InterruptedException {
    send(new ClientFrame.Resume(RESUME, received, ticket));
    return expect(DaemonFrame.Resumed.class);
  }

  private void send(ClientFrame frame) throws IOException, InterruptedException {
    link.send(FrameWriter.write(frame, 0));
  }

  private <F extends DaemonFrame> F expect(Class<F> type)
      throws IOException, InterruptedException {
    Duration limit = answer.get();
    ByteBuffer bytes = link.receive(limit.isZero() ? SocketDeadline.UNLIMITED : limit);
    if (bytes == null) {
      throw new SocketTimeoutException("The daemon does not answer the handshake.");
    }
    try {
      DaemonFrame frame = FrameReader.readDaemon(bytes);
      if (type.isInstance(frame)) {
        return type.cast(frame);
      }
      throw new IOException(
          frame instanceof DaemonFrame.Error error
              ? "The daemon refused the handshake: " + error.message()
              : "The daemon answered the handshake with " + frame.opcode() + '.');
    } catch (ProtocolException e) {
      throw new IOException("The daemon's answer to the handshake is malformed.", e);
    }
  }
}
