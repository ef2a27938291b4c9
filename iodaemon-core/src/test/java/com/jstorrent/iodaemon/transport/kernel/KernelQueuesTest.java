package com.jstorrent.iodaemon.transport.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.jstorrent.iodaemon.testkit.TestDaemon;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How many bytes a reader on this machine has not read yet. */
class KernelQueuesTest {
  private static OptionalLong unread(SocketChannel channel) {
    try {
      return KernelQueues.unread(channel);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static final int MANY = 1000;

  @BeforeEach
  void onlyWhereTheSystemTells() {
    assumeTrue(KernelQueues.areKnown(), "Skipped: this system does not tell what readers take.");
  }

  private static void assertUnread(SocketChannel channel, long bytes) {
    TestDaemon.await(
        bytes + " bytes unread", () -> unread(channel).equals(OptionalLong.of(bytes)));
  }

  private static void take(SocketChannel reader, int bytes) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(bytes);
    while (buffer.hasRemaining()) {
      reader.read(buffer);
    }
  }

  /** A dual-stack socket that carries IPv4 is listed among the IPv6 sockets. */
  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "::1"})
  void everyByteThatIsReadShows(String host) throws Exception {
    InetAddress address = InetAddress.getByName(host);
    try (ServerSocketChannel server =
        ServerSocketChannel.open().bind(new InetSocketAddress(address, 0));
        SocketChannel reader = SocketChannel.open(server.getLocalAddress());
        SocketChannel writer = server.accept()) {
      assertUnread(writer, 0);
      writer.write(ByteBuffer.allocate(MANY));
      assertUnread(writer, MANY);
      take(reader, 1);
      assertUnread(writer, MANY - 1);
      assertUnread(reader, 0);
      take(reader, MANY - 1);
      assertUnread(writer, 0);
    }
  }

  @Test
  void aSocketOfASingleFamilyIsFoundToo() throws Exception {
    try (ServerSocketChannel server =
        ServerSocketChannel.open(StandardProtocolFamily.INET)
            .bind(new InetSocketAddress("127.0.0.1", 0));
        SocketChannel reader =
            SocketChannel.open(StandardProtocolFamily.INET)) {
      reader.connect(server.getLocalAddress());
      try (SocketChannel writer = server.accept()) {
        writer.write(ByteBuffer.allocate(MANY));
        assertUnread(writer, MANY);
      }
    }
  }

  @Test
  void manyAreFoundAtOnceAndClosedOnesAreLeftOut() throws Exception {
    try (ServerSocketChannel server =
        ServerSocketChannel.open().bind(new InetSocketAddress("127.0.0.1", 0));
        SocketChannel one = SocketChannel.open(server.getLocalAddress());
        SocketChannel toOne = server.accept();
        SocketChannel two = SocketChannel.open(server.getLocalAddress());
        SocketChannel toTwo = server.accept();
        SocketChannel unconnected = SocketChannel.open()) {
      SocketChannel closed = SocketChannel.open(server.getLocalAddress());
      closed.close();
      toOne.write(ByteBuffer.allocate(1));
      two.write(ByteBuffer.allocate(2));
      assertUnread(toOne, 1);
      assertUnread(two, 2);
      assertThat(KernelQueues.unread(List.of(one, toOne, two, toTwo, closed, unconnected)))
          .containsOnlyKeys(one, toOne, two, toTwo)
          .containsEntry(toOne, 1L)
          .containsEntry(two, 2L)
          .containsEntry(one, 0L);
    }
  }
}
