package com.jstorrent.iodaemon.promise;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.IoDaemon;
import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.frame.Capability;
import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.memory.MemoryAccount;
import com.jstorrent.iodaemon.memory.MemoryBudget;
import com.jstorrent.iodaemon.memory.MemoryUse;
import com.jstorrent.iodaemon.memory.Share;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.stats.SocketReport;
import com.jstorrent.iodaemon.testkit.Peer;
import com.jstorrent.iodaemon.testkit.TestClient;
import com.jstorrent.iodaemon.testkit.TestDaemon;
import com.jstorrent.iodaemon.testkit.time.ManualClock;
import com.jstorrent.iodaemon.transport.CloseReason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** PROTOCOL.md § 4.6: all clients together have one memory, and share it. */
class Promise06MemoryTest {
  private static final long MEMORY = Limits.FRAME_BYTES;
  private static final int CLIENTS = 8;
  private static final int FRAME = 256 << 10;

  private final List<TestClient> clients = new ArrayList<>();
  private TestDaemon daemon;
  private Peer stalled;

  @BeforeEach
  void start() throws IOException {
    daemon = TestDaemon.start(Limits.builder().memoryBytes(MEMORY).build());
    stalled = Peer.open();
  }

  @AfterEach
  void stop() throws IOException {
    for (TestClient client : clients) {
      client.close();
    }
    daemon.close();
    stalled.close();
  }

  private long held() {
    return daemon.stats().get(Counter.MEMORY_PEER_QUEUES)
        + daemon.stats().get(Counter.MEMORY_REPLAY)
        + daemon.stats().get(Counter.MEMORY_FRAMES);
  }

  private void assertThatAnotherClientIsServed() throws Exception {
    try (Peer echo = Peer.echoing();
        TestClient modest = daemon.client()) {
      modest.connect(1, echo.port());
      byte[] data = Peer.bytes(6, FRAME);
      modest.sendData(1, data);
      assertThat(modest.receive(1, FRAME)).isEqualTo(data);
    }
  }

  /** Sends until the client is closed; on a thread of its own, because that blocks. */
  private static void sendMuch(TestClient client) {
    Thread.ofPlatform()
        .daemon()
        .start(
            () -> {
              try {
                while (true) {
                  client.sendData(1, new byte[FRAME]);
                }
              } catch (IOException e) {
                // The test is over.
              }
            });
  }

  /** Each client sends more than all the memory to a peer that takes nothing. */
  private void fillQueues() throws Exception {
    for (int i = 0; i < CLIENTS; i++) {
      TestClient client = daemon.client();
      clients.add(client);
      client.connect(1, stalled.port());
      sendMuch(client);
    }
    TestDaemon.await(
        "pauses of all", () -> daemon.stats().get(Counter.SEND_PAUSES) >= CLIENTS);
  }

  @Test
  void clientsWithStalledPeersStayWithinItAndLeaveRoomForAnother() throws Exception {
    fillQueues();
    TestDaemon.await("half of the memory", () -> held() >= MEMORY / 2);
    assertThat(held()).isLessThanOrEqualTo(MEMORY);
    assertThatAnotherClientIsServed();
  }

  @Test
  void theLargestQueueThatDoesNotMoveIsClosedWhenOthersWaitForMemory() throws Exception {
    fillQueues();
    assertThat(clients.getFirst().next()).isEqualTo(new DaemonFrame.TcpClosed(0, 1, 105));
    TestDaemon.await("its count", () -> daemon.stats().get(Counter.MEMORY_RELIEFS) > 0);
  }

  @Test
  void anIdleClientIsNotClosedBecauseAnotherOneWaitsForMemory() throws Exception {
    ManualClock clock = new ManualClock();
    Limits limits = Limits.builder().memoryBytes(MEMORY).build();
    try (TestDaemon daemon =
        TestDaemon.start(IoDaemon.builder().clock(clock).limits(limits));
        Peer slow = Peer.open();
        TestClient idle = daemon.client();
        TestClient busy = daemon.client()) {
      busy.connect(1, slow.port());
      Socket reader = slow.accept();
      sendMuch(busy);
      awaitPauses(daemon, 0);
      clock.advance(Limits.MEMORY_PRESSURE.minusSeconds(1));
      long pauses = daemon.stats().get(Counter.SEND_PAUSES);
      reader.getInputStream().readNBytes((int) MEMORY); // so the busy one moves
      awaitPauses(daemon, pauses);
      clock.advance(Duration.ofSeconds(1));
      assertIsServed(idle);
    }
  }

  @Test
  void aPeerThatReadsGetsEverythingWhileOthersHoldTheMemory() throws Exception {
    try (Peer peer = Peer.open();
        TestClient client = daemon.client()) {
      client.connect(1, peer.port());
      Socket reader = peer.accept();
      MemoryBudget memory = daemon.services().memory().budget();
      MemoryAccount others = memory.open(Share.RESERVED);
      others.take(MemoryUse.BODIES, memory.limit());
      int frames = 64;
      Thread.ofVirtual().start(() -> send(client, frames));
      awaitPauses(daemon, 0);
      int total = frames * FRAME;
      assertThat(reader.getInputStream().readNBytes(total)).hasSize(total);
      others.release(MemoryUse.BODIES, memory.limit());
    }
  }

  @Test
  void aSocketEndsWhenItsPeerHasEndedAndThenTakenTheRest() throws Exception {
    try (Peer peer = Peer.open();
        TestClient client = daemon.client()) {
      client.connect(1, peer.port());
      Socket reader = peer.accept();
      client.connect(2, stalled.port()); // what waits for this one is not what is in the way of the other
      while (daemon.stats().get(Counter.QUEUED_BYTES) == 0) {
        client.sendData(2, new byte[FRAME / 4]);
      }
      MemoryBudget memory = daemon.services().memory().budget();
      MemoryAccount others = memory.open(Share.RESERVED);
      others.take(MemoryUse.BODIES, memory.limit());
      AtomicInteger frames = new AtomicInteger();
      Thread sending = Thread.ofVirtual().start(() -> sendUntilPause(client, frames));
      awaitPauses(daemon, 0);
      reader.shutdownOutput();
      TestDaemon.await("the end of the peer", () -> !stateOf(1).equals("open"));
      int total = frames.get() * FRAME;
      assertThat(reader.getInputStream().readNBytes(total)).hasSize(total);
      sending.join();
      assertThat(client.next()).isEqualTo(new DaemonFrame.TcpClosed(0, 1, 0));
      others.release(MemoryUse.BODIES, memory.limit());
    }
  }

  private String stateOf(long socket) {
    return daemon.services()
        .directory()
        .sockets()
        .values()
        .stream()
        .flatMap(List::stream)
        .filter(report -> report.id() == socket)
        .map(SocketReport::state)
        .findFirst()
        .orElse("gone");
  }

  private void sendUntilPause(TestClient client, AtomicInteger frames) {
    try {
      while (daemon.stats().get(Counter.SEND_PAUSES) == 0) {
        frames.incrementAndGet();
        client.sendData(1, new byte[FRAME]);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void send(TestClient client, int frames) {
    try {
      for (int i = 0; i < frames; i++) {
        client.sendData(1, new byte[FRAME]);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void assertIsServed(TestClient client) throws Exception {
    client.send(new ClientFrame.TcpListen(9, 9, 0, "256.256.256.256"));
    assertThat(client.expect(DaemonFrame.TcpListenResult.class).errno()).isNotZero();
  }

  private static void awaitPauses(TestDaemon daemon, long before) {
    TestDaemon.await("a pause", () -> daemon.stats().get(Counter.SEND_PAUSES) > before);
  }

  @Test
  void clientsForWhichThereIsNoMemoryAreRefused() throws Exception {
    long most = MEMORY - MEMORY / 16;
    for (long taken = 0; taken <= most; taken += Limits.WEBSOCKET_BYTES) {
      clients.add(daemon.trusted("n"));
    }
    assertThat(clients.getLast().expect(DaemonFrame.Error.class).message())
        .isEqualTo("There is no memory for another client.");
    assertThat(clients.getLast().awaitEnd()).isEqualTo(CloseReason.TRY_AGAIN_LATER);
    TestDaemon.await(
        "its memory", () -> daemon.stats().get(Counter.MEMORY_CONNECTIONS) <= most);
    assertIsServed(clients.getFirst());
  }

  @Test
  void clientsThatResumeAndDoNotAcknowledgeStayWithinItAndLeaveRoomForAnother() throws Exception {
    for (int i = 0; i < CLIENTS; i++) {
      TestClient client = daemon.client(Set.of(Capability.RESUME));
      clients.add(client);
      client.connect(1, stalled.port());
      Peer.flood(stalled.accept());
      Thread.ofPlatform().daemon().start(() -> receiveAll(client));
    }
    TestDaemon.await(
        "memory of all",
        () -> daemon.stats().get(Counter.MEMORY_REPLAY) > MEMORY / 2);
    assertThatAnotherClientIsServed();
    assertThat(held()).isLessThan(MEMORY + (1 << 20));
  }

  private static void receiveAll(TestClient client) {
    try {
      while (true) {
        client.next();
      }
    } catch (IOException | InterruptedException | AssertionError e) {
      // The test is over.
    }
  }
}
