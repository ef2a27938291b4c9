package com.jstorrent.iodaemon.transport;

import com.jstorrent.iodaemon.testkit.FrameConnectionContract;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;

class InProcessConnectionTest implements FrameConnectionContract {

  @Override
  public ClientEnd connect(SessionAcceptor acceptor) {
    InProcessClient client =
        InProcessClient.connect(
            acceptor, new ConnectionInfo(false, null, HelloCodec.EMPTY_ONLY));
    return new ClientEnd() {
      @Override
      public void send(byte[] frame) throws IOException {
        client.send(ByteBuffer.wrap(frame));
      }

      @Override
      public byte[] receive() throws IOException, InterruptedException {
        try {
          ByteBuffer frame = client.receive(Duration.ofMinutes(1));
          byte[] bytes = new byte[frame.remaining()];
          frame.get(bytes);
          return bytes;
        } catch (ClosedChannelException e) {
          return null;
        }
      }

      @Override
      public void close() {
        client.close();
      }

      @Override
      public void vanish() {
        client.close();
      }
    };
  }
}
