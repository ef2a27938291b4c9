package com.jstorrent.iodaemon.net.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.jstorrent.iodaemon.frame.Errno;
import com.jstorrent.iodaemon.testkit.time.ManualClock;
import com.jstorrent.iodaemon.testkit.Peer;
import com.jstorrent.iodaemon.time.MonotonicClock;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which address wins, and which failure is reported when none does. */
class ConnectRaceTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final MonotonicClock clock = new ManualClock();
  private final List<SocketChannel> opened = new ArrayList<>();

  @AfterEach
  void stop() {
    clock.close();
  }

  /** Linux connects a socket to itself when it connects to the port that it was bound to. */
  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "::1"})
  void aSocketConnectedToItselfCountsAsRefused(String loopback) throws Exception {
    InetAddress address = InetAddress.getByName(loopback);
    int port = freePort(address);
    ConnectRace race =
        new ConnectRace(List.of(address), port, dialer(() -> bound(address, port)), clock);
    assertThatThrownBy(() -> race.run(PATIENCE))
        .isInstanceOfSatisfying(
            IOException.class, e -> assertThat(Errno.of(e)).isEqualTo(Errno.ECONNREFUSED));
    assertThat(opened).singleElement().matches(channel -> !channel.isOpen());
    try (ServerSocket server = new ServerSocket(port, 1, address)) {
      assertThat(server.isBound()).as("the port is free at once").isTrue();
    }
  }

  @Test
  void theNextAddressIsTriedWhenASocketHasConnectedToItself() throws Exception {
    InetAddress own = InetAddress.getByName("127.0.0.2");
    try (Peer peer = Peer.open()) {
      Iterator<SocketChannel> sockets =
          List.of(bound(own, peer.port()), SocketChannel.open()).iterator();
      InetAddress other = InetAddress.getByName("127.0.0.1");
      ConnectRace race =
          new ConnectRace(List.of(own, other), peer.port(), dialer(sockets::next), clock);
      try (SocketChannel winner = race.run(PATIENCE)) {
        assertThat(winner.getRemoteAddress())
            .isEqualTo(new InetSocketAddress(other, peer.port()));
      }
    }
  }

  @Test
  void aPeerWithTheSamePortAtAnotherAddressIsNotASelfConnect() throws Exception {
    InetAddress here = InetAddress.getByName("127.0.0.2");
    InetAddress there = InetAddress.getByName("127.0.0.1");
    try (Peer peer = Peer.open()) {
      ConnectRace race =
          new ConnectRace(
              List.of(there), peer.port(), dialer(() -> bound(here, peer.port())), clock);
      try (SocketChannel winner = race.run(PATIENCE)) {
        assertThat(winner.getLocalAddress()).isEqualTo(new InetSocketAddress(here, peer.port()));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
          "Unsupported address type", "Cannot assign requested address", "Network is unreachable"
      })
  void theFailureOfAPeerPrevailsOverThatOfAMissingFamily(String missing) throws Exception {
    InetAddress six = InetAddress.getByName("2001:db8::1");
    InetAddress four = InetAddress.getByName("127.0.0.1");
    int port = freePort(four);
    ConnectRace race =
        new ConnectRace(
            List.of(six, four), port, dialer(new FailsFirst(new SocketException(missing))), clock);
    assertThatThrownBy(() -> race.run(PATIENCE))
        .isInstanceOfSatisfying(
            IOException.class, e -> assertThat(Errno.of(e)).isEqualTo(Errno.ECONNREFUSED));
  }

  @Test
  void theFirstFailureIsReportedWhenNoneIsMoreSpecific() throws Exception {
    InetAddress four = InetAddress.getByName("127.0.0.1");
    ConnectRace race =
        new ConnectRace(
            List.of(four, four), freePort(four),
            dialer(new FailsFirst(new SocketException("Too many open files"))), clock);
    assertThatThrownBy(() -> race.run(PATIENCE)).hasMessage("Too many open files");
  }

  /** The JDK throws it for an address family that it does not support. */
  @Test
  void aFailureOtherThanAnIoExceptionConcernsItsAddressOnly() throws Exception {
    try (Peer peer = Peer.open()) {
      InetAddress four = InetAddress.getByName("127.0.0.1");
      Iterator<Boolean> good = List.of(false, true).iterator();
      ConnectRace race =
          new ConnectRace(
              List.of(four, four), peer.port(),
              dialer(
                  () -> {
                    if (good.next()) {
                      return SocketChannel.open();
                    }
                    throw new UnsupportedOperationException("IPv6 not available");
                  }),
              clock);
      try (SocketChannel winner = race.run(PATIENCE)) {
        assertThat(winner.isConnected()).isTrue();
      }
    }
  }

  @Test
  void anAttemptThatIsSilentIsGivenUp() throws Exception {
    CompletableFuture<Void> over = new CompletableFuture<>();
    ConnectRace race =
        new ConnectRace(
            List.of(InetAddress.getLoopbackAddress()), 1,
            dialer(SocketChannel::open, (socket, address) -> over.join()), clock);
    race.giveUp();
    assertThat(race.run(PATIENCE)).isNull();
    over.complete(null);
  }

  /** A proxy has accepted the connection, and has not reached the peer yet. */
  @Test
  void anAttemptThatIsConnectedIsNotGivenUp() throws Exception {
    try (Peer peer = Peer.open()) {
      AtomicReference<ConnectRace> race = new AtomicReference<>();
      race.set(
          new ConnectRace(
              List.of(InetAddress.getLoopbackAddress()), peer.port(),
              dialer(
                  SocketChannel::open,
                  (socket, address) -> {
                    socket.connect(address);
                    race.get().giveUp();
                  }),
              clock));
      try (SocketChannel winner = race.get().run(PATIENCE)) {
        assertThat(winner.isConnected()).isTrue();
      }
    }
  }

  private SocketChannel bound(InetAddress address, int port) throws IOException {
    SocketChannel channel = SocketChannel.open();
    opened.add(channel);
    return channel.bind(new InetSocketAddress(address, port));
  }

  private static int freePort(InetAddress address) throws IOException {
    try (ServerSocket server = new ServerSocket(0, 1, address)) {
      return server.getLocalPort();
    }
  }

  private interface Opening {
    SocketChannel open() throws IOException;
  }

  private interface Connecting {
    void connect(SocketChannel socket, InetSocketAddress peer) throws IOException;
  }

  /** Connects sockets of the test's own as the daemon does. */
  private static ConnectRace.Dialer dialer(Opening opening) {
    return dialer(opening, new PeerSockets()::connect);
  }

  private static ConnectRace.Dialer dialer(Opening opening, Connecting connecting) {
    return new ConnectRace.Dialer() {
      @Override
      public SocketChannel open(InetAddress peer) throws IOException {
        return opening.open();
      }

      @Override
      public void connect(SocketChannel socket, InetSocketAddress peer) throws IOException {
        connecting.connect(socket, peer);
      }
    };
  }

  private static final class FailsFirst implements Opening {
    private final IOException failure;
    private boolean failed;

    private FailsFirst(IOException failure) {
      this.failure = failure;
    }

    @Override
    public SocketChannel open() throws IOException {
      if (failed) {
        return SocketChannel.open();
      }
      failed = true;
      throw failure;
    }
  }
}
