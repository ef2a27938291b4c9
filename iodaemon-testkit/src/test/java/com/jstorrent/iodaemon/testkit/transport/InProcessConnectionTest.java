package com.jstorrent.iodaemon.testkit.transport;

import com.jstorrent.iodaemon.transport.BoundTransport;
import com.jstorrent.iodaemon.transport.DaemonServices;
import com.jstorrent.iodaemon.transport.InProcessClient;
import com.jstorrent.iodaemon.transport.InProcessTransport;
import com.jstorrent.iodaemon.transport.SessionAcceptor;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

class InProcessConnectionTest implements FrameConnectionContract {

  @Override
  public ClientEnd connect(SessionAcceptor acceptor) throws IOException {
    InProcessTransport transport = new InProcessTransport();
    BoundTransport bound = transport.start(offering(acceptor));
    return new End(transport.connect(), bound);
  }

  /** The services of a daemon, of which this transport needs one. */
  private static DaemonServices offering(SessionAcceptor acceptor) {
    return (DaemonServices) Proxy.newProxyInstance(
        DaemonServices.class.getClassLoader(),
        new Class<?>[] {DaemonServices.class},
        (proxy, method, arguments) -> {
          if (method.getName().equals("sessions")) {
            return acceptor;
          }
          throw new AssertionError("The transport asks for " + method.getName() + ".");
        });
  }

  private record End(InProcessClient client, BoundTransport bound) implements ClientEnd {
    @Override
    public void send(byte[] frame) throws IOException {
      client.send(ByteBuffer.wrap(frame));
    }

    @Override
    public byte @Nullable [] receive() throws IOException, InterruptedException {
      ByteBuffer frame = null;
      try {
        while (frame == null) {
          frame = client.receive(Duration.ofMinutes(1));
        }
      } catch (ClosedChannelException e) {
        return null;
      }
      byte[] bytes = new byte[frame.remaining()];
      frame.get(bytes);
      return bytes;
    }

    @Override
    public void close() {
      client.close();
      bound.close();
    }

    @Override
    public void vanish() {
      client.abort();
      bound.close();
    }
  }
}
