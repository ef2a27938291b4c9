package com.jstorrent.iodaemon.client;

import com.jstorrent.iodaemon.json.codec.JsonHello;
import com.jstorrent.iodaemon.transport.CloseReason;
import com.jstorrent.iodaemon.transport.ConnectionInfo;
import com.jstorrent.iodaemon.transport.InProcessClient;
import com.jstorrent.iodaemon.transport.InProcessTransport;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A connection to a daemon in this process. */
final class InProcessLink implements FrameLink {
  private final InProcessClient client;

  private InProcessLink(InProcessClient client) {
    this.client = client;
  }

  static Connector connector(InProcessTransport transport) {
    return new Connector() {
      @Override
      public FrameLink connect(Duration timeout) throws IOException {
        return new InProcessLink(
            transport.connect(new ConnectionInfo(false, null, new JsonHello())));
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public void send(ByteBuffer frame) throws IOException {
    client.send(frame);
  }

  @Override
  public @Nullable ByteBuffer receive(Duration timeout) throws IOException, InterruptedException {
    try {
      return client.receive(timeout);
    } catch (IOException e) {
      CloseReason reason = client.closeReason();
      throw reason == null ? e : new LinkClosedException(reason.code());
    }
  }

  @Override
  public void close() {
    client.close();
  }

  @Override
  public void abort() {
    client.abort();
  }
}
