package com.jstorrent.iodaemon.http.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.testkit.time.ManualClock;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The listener when a handler, or accepting itself, fails. */
@Timeout(600)
class LoopbackListenerTest {
  private final ManualClock clock = new ManualClock();
  private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();

  /** Sends one byte and returns the answer; -1 for the end of the connection. */
  private static int ask(LoopbackListener listener, int request) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), listener.port())) {
      socket.setSoTimeout(60_000);
      socket.getOutputStream().write(request);
      return socket.getInputStream().read();
    }
  }

  /** Echoes a byte, but throws the error for 0. */
  private static void serve(SocketChannel channel, Error error) throws IOException {
    ByteBuffer one = ByteBuffer.allocate(1);
    channel.read(one);
    if (one.get(0) == 0) {
      throw error;
    }
    channel.write(one.flip());
  }

  @Test
  void anErrorEndsOnlyItsConnection() throws Exception {
    for (Error error : List.of(new AssertionError("defect"), new StackOverflowError())) {
      try (LoopbackListener listener =
          LoopbackListener.open(0, 1, (channel, exempt) -> serve(channel, error), clock,
              failures::add)) {
        assertThat(ask(listener, 0)).isEqualTo(-1);
        assertThat(ask(listener, 7)).as("its slot is free again").isEqualTo(7);
      }
    }
    assertThat(failures).isEmpty();
  }

  @Test
  void runningOutOfMemoryIsReportedAndDoesNotEndTheJvm() throws Exception {
    Error error = new OutOfMemoryError("Cannot reserve direct memory");
    try (LoopbackListener listener =
        LoopbackListener.open(0, 1, (channel, exempt) -> serve(channel, error), clock,
            failures::add)) {
      assertThat(ask(listener, 0)).isEqualTo(-1);
      assertThat(ask(listener, 7)).as("its slot is free again").isEqualTo(7);
      assertThat(failures).containsExactly(error);
    }
  }

  @Test
  void anUnexpectedEndOfAcceptingIsReported() throws Exception {
    for (Throwable defect : List.of(new IllegalStateException("defect"), new AssertionError())) {
      failures.clear();
      try (BrokenServer server = new BrokenServer(defect)) {
        new LoopbackListener(server, 1, (channel, exempt) -> {}, clock, failures::add).acceptAll();
        assertThat(failures).containsExactly(defect);
      }
    }
    failures.clear();
    try (BrokenServer server = new BrokenServer(null)) {
      new LoopbackListener(server, 1, (channel, exempt) -> {}, clock, failures::add).acceptAll();
      assertThat(failures).as("the channel was closed by other code").hasSize(1);
    }
  }

  @Test
  void anOrderlyEndIsNotReported() throws Exception {
    LoopbackListener listener =
        LoopbackListener.open(0, 1, (channel, exempt) -> {}, clock, failures::add);
    listener.close();
    TestDaemon.await(
        "the accept thread to end",
        () -> Thread.getAllStackTraces()
            .keySet()
            .stream()
            .noneMatch(thread -> thread.getName().equals("iodaemon-accept")));
    assertThat(failures).isEmpty();
  }

  /** A handler that reads until its connection ends. */
  private static void listen(SocketChannel channel, AtomicInteger open) throws IOException {
    open.incrementAndGet();
    try {
      while (channel.read(ByteBuffer.allocate(1)) > 0) {}
    } finally {
      open.decrementAndGet();
    }
  }

  @Test
  void unknownConnectionsKeepAShareOfThePlacesOnlyOnceTheyHaveHadTheirTime() throws Exception {
    int share = 5;
    int most = share * Limits.UNKNOWN_SHARE;
    AtomicInteger open = new AtomicInteger();
    List<Socket> clients = new ArrayList<>();
    try (LoopbackListener listener =
        LoopbackListener.open(
            0, most, (channel, exempt) -> listen(channel, open), clock,
            failures::add)) {
      for (int i = 0; i < most; i++) {
        clients.add(new Socket(InetAddress.getLoopbackAddress(), listener.port()));
      }
      TestDaemon.await("all are served", () -> open.get() == most);
      clock.advance(Limits.UNKNOWN_TIME);
      clients.add(new Socket(InetAddress.getLoopbackAddress(), listener.port()));
      TestDaemon.await("a share is left", () -> open.get() == share);
      for (Socket each : clients) {
        each.close();
      }
    }
  }

  /** A server channel that throws the defect from accept, or is closed there if there is none. */
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
