package example;

import com.jstorrent.iodaemon.testkit.transport.ClientEnd;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/** A client of the transport. */
record UnixClient(SocketChannel channel) implements ClientEnd {

  static UnixClient connect(Path socket) throws IOException {
    SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    channel.connect(UnixDomainSocketAddress.of(socket));
    return new UnixClient(channel);
  }

  @Override
  public void send(byte[] frame) throws IOException {
    ByteBuffer bytes =
        ByteBuffer.allocate(Integer.BYTES + frame.length).putInt(frame.length).put(frame).flip();
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  @Override
  public byte[] receive() {
    try {
      int length;
      do {
        length = read(Integer.BYTES).getInt();
      } while (length == 0); // the daemon looks whether this client is still there
      return read(length).array();
    } catch (IOException e) {
      return null;
    }
  }

  private ByteBuffer read(int length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length);
    while (bytes.hasRemaining()) {
      if (channel.read(bytes) < 0) {
        throw new IOException("The daemon has ended the connection.");
      }
    }
    return bytes.flip();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  @Override
  public void vanish() throws IOException {
    channel.close();
  }
}
