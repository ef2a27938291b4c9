package com.jstorrent.iodaemon.http.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.testkit.ManualClock;
import com.jstorrent.iodaemon.testkit.TestDaemon;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The port when what is behind it, or it itself, breaks. */
@Timeout(600)
class LoopbackListenerTest {
  private final ManualClock clock = new ManualClock();
  private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();

  /** What comes back for one byte; -1 for the end of the connection. */
  private static int ask(LoopbackListener listener, int request) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), listener.port())) {
      socket.setSoTimeout(60_000);
      socket.getOutputStream().write(request);
      return socket.getInputStream().read();
    }
  }

  /** Sends back the byte that comes, unless it stands for an error. */
  private static void serve(SocketChannel channel, Error error) throws IOException {
    ByteBuffer one = ByteBuffer.allocate(1);
    channel.read(one);
    if (one.get(0) == 0) {
      throw error;
    }
    channel.write(one.flip());
  }

  @Test
  void anErrorEndsItsConnectionOnly() throws Exception {
    for (Error error : List.of(new AssertionError("defect"), new StackOverflowError())) {
      try (LoopbackListener listener =
          LoopbackListener.open(0, 1, channel -> serve(channel, error), clock, failures::add)) {
        assertThat(ask(listener, 0)).isEqualTo(-1);
        assertThat(ask(listener, 7)).as("its place is free again").isEqualTo(7);
      }
    }
    assertThat(failures).isEmpty();
  }

  @Test
  void runningOutOfMemoryIsToldAndTheJvmOfAnEmbedderLives() throws Exception {
    Error error = new OutOfMemoryError("Cannot reserve direct memory");
    try (LoopbackListener listener =
        LoopbackListener.open(0, 1, channel -> serve(channel, error), clock, failures::add)) {
      assertThat(ask(listener, 0)).isEqualTo(-1);
      assertThat(ask(listener, 7)).as("when its place is free again").isEqualTo(7);
      assertThat(failures).containsExactly(error);
    }
  }

  @Test
  void anEndOfAcceptingThatNobodyAskedForIsTold() throws Exception {
    for (Throwable defect : List.of(new IllegalStateException("defect"), new AssertionError())) {
      failures.clear();
      try (BrokenServer server = new BrokenServer(defect)) {
        new LoopbackListener(server, 1, channel -> {}, clock, failures::add).acceptAll();
        assertThat(failures).containsExactly(defect);
      }
    }
    failures.clear();
    try (BrokenServer server = new BrokenServer(null)) {
      new LoopbackListener(server, 1, channel -> {}, clock, failures::add).acceptAll();
      assertThat(failures).as("closed by somebody else").hasSize(1);
    }
  }

  @Test
  void anEndInOrderIsNoFailure() throws Exception {
    LoopbackListener listener =
        LoopbackListener.open(0, 1, channel -> {}, clock, failures::add);
    listener.close();
    TestDaemon.await(
        "the accept thread to end",
        () -> Thread.getAllStackTraces()
            .keySet()
            .stream()
            .noneMatch(thread -> thread.getName().equals("iodaemon-accept")));
    assertThat(failures).isEmpty();
  }

  /** A port whose accepting fails in a way that no port should, or closes it. */
  private static final class BrokenServer extends ServerSocketChannel {
    private final Throwable defect;

    private BrokenServer(Throwable defect) {
      super(SelectorProvider.provider());
      this.defect = defect;
    }

    @Override
    public SocketChannel accept() throws IOException {
      switch (defect) {
        case RuntimeException e -> throw e;
        case Error e -> throw e;
        case null, default -> {
          close();
          throw new IOException("It is closed.");
        }
      }
    }

    @Override
    public ServerSocketChannel bind(SocketAddress local, int backlog) {
      return this;
    }

    @Override
    public <T> ServerSocketChannel setOption(SocketOption<T> name, T value) {
      return this;
    }

    @Override
    public <T> T getOption(SocketOption<T> name) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Set<SocketOption<?>> supportedOptions() {
      return Set.of();
    }

    @Override
    public ServerSocket socket() {
      throw new UnsupportedOperationException();
    }

    @Override
    public SocketAddress getLocalAddress() {
      return new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
    }

    @Override
    protected void implCloseSelectableChannel() {}

    @Override
    protected void implConfigureBlocking(boolean block) {}
  }
}
