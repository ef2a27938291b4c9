package com.jstorrent.iodaemon.net;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.frame.Errno;
import com.jstorrent.iodaemon.memory.MemoryBudget;
import com.jstorrent.iodaemon.memory.Share;
import com.jstorrent.iodaemon.net.relay.ReaderGate;
import com.jstorrent.iodaemon.net.relay.Relay;
import com.jstorrent.iodaemon.net.stream.PlainStream;
import com.jstorrent.iodaemon.stats.live.Stats;
import com.jstorrent.iodaemon.testkit.time.ManualClock;
import com.jstorrent.iodaemon.transport.BufferPool;
import com.jstorrent.iodaemon.transport.CloseReason;
import com.jstorrent.iodaemon.transport.FrameConnection;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a relay's selector loop learns from the input of a peer. */
@Timeout(600)
class PeerInputTest {
  private static final int MUCH = 1 << 20;
  private static final int LITTLE = 100;

  private final ManualClock clock = new ManualClock();
  private final Stats stats = new Stats();
  private final MemoryBudget budget = new MemoryBudget(16 << 20, 16 << 20, stats, clock);
  private final Relay relay =
      new Relay(
          new Sink(),
          stats,
          new ReaderGate(clock),
          new BufferPool(Limits.FRAME_BUFFER_BYTES, 4),
          budget.open(Share.FAIR),
          clock,
          () -> true,
          () -> {});
  private final PeerInput input =
      new PeerInput(new Open(), relay, stats, new Meter(clock), Credit.unlimited());

  @Test
  void aPeerIsInABulkTransferWhileMuchOfItComesAtOnce() throws Exception {
    try (ServerSocketChannel server = ServerSocketChannel.open();
        Selector selector = Selector.open()) {
      server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      try (SocketChannel channel = SocketChannel.open(server.getLocalAddress());
          SocketChannel peer = server.accept()) {
        channel.configureBlocking(false);
        SelectionKey key = channel.register(selector, SelectionKey.OP_READ);
        input.connected(channel, new PlainStream(channel));
        assertThat(input.isBulk()).isFalse();

        Thread writer = Thread.startVirtualThread(() -> write(peer, MUCH));
        boolean bulk = false;
        while (input.bytes() < MUCH) {
          selector.select(input::ready);
          bulk |= input.isBulk();
        }
        writer.join();
        assertThat(bulk).isTrue();

        write(peer, LITTLE);
        while (input.bytes() < MUCH + LITTLE) {
          selector.select(input::ready);
        }
        assertThat(input.isBulk()).isFalse();
        assertThat(key.isValid()).isTrue();
      }
    } finally {
      relay.close();
    }
  }

  private static void write(SocketChannel peer, int count) {
    try {
      for (ByteBuffer bytes = ByteBuffer.allocate(count); bytes.hasRemaining();) {
        peer.write(bytes);
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** A socket that is open and stays so. */
  private static final class Open implements PeerInput.Owner {
    @Override
    public int id() {
      return 1;
    }

    @Override
    public boolean relaysInput() {
      return true;
    }

    @Override
    public boolean wantsInput() {
      return true;
    }

    @Override
    public boolean inputProgressed() {
      return true;
    }

    @Override
    public void flushOutput() {}

    @Override
    public void peerEnded() {
      throw new AssertionError("the peer has not ended");
    }

    @Override
    public void fail(Errno errno) {
      throw new AssertionError(errno);
    }
  }

  /** A client that takes everything at once. */
  private static final class Sink implements FrameConnection {
    @Override
    public int headroom() {
      return 0;
    }

    @Override
    public void send(ByteBuffer frame) {
      frame.position(frame.limit());
    }

    @Override
    public void flush() {}

    @Override
    public void close(CloseReason reason) {}

    @Override
    public void abort() {}

    @Override
    public void probe() {}
  }
}
