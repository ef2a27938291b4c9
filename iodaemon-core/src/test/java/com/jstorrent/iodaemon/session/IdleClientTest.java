package com.jstorrent.iodaemon.session;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.frame.Capability;
import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.testkit.Peer;
import com.jstorrent.iodaemon.testkit.TestClient;
import com.jstorrent.iodaemon.testkit.TestDaemon;
import com.jstorrent.iodaemon.transport.CloseReason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** A client for which there is nothing to do has neither a relay thread nor a selector. */
class IdleClientTest {

  private static boolean runs(String name) {
    return Thread.getAllStackTraces()
        .keySet()
        .stream()
        .anyMatch(thread -> thread.getName().startsWith(name));
  }

  private static void awaitIdle() {
    TestDaemon.await("the relay threads to end", () -> !runs("iodaemon-relay"));
  }

  /** Of this process, by what Linux says of its descriptors. */
  private static long selectors() {
    try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
      return descriptors.filter(IdleClientTest::isSelector).count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isSelector(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).toString().contains("eventpoll");
    } catch (IOException e) {
      return false; // closed meanwhile
    }
  }

  @Test
  void itsThreadEndsAndAFrameStartsAnother() throws Exception {
    try (TestDaemon daemon = TestDaemon.start();
        TestClient client = daemon.client();
        Peer peer = Peer.open()) {
      awaitIdle();
      client.send(new ClientFrame.TcpConnect(3, 1, 1, "no.such.host..invalid"));
      assertThat(client.expect(DaemonFrame.TcpConnected.class).errno()).isNotZero();
      awaitIdle();
      client.connect(1, peer.port());
      Socket socket = peer.accept();
      socket.getOutputStream().write(new byte[] {1, 2, 3});
      assertThat(client.receive(1, 3)).containsExactly(1, 2, 3);
    }
  }

  @Test
  void theThreadOfAClientWithASocketStays() throws Exception {
    try (TestDaemon daemon = TestDaemon.start();
        TestClient without = daemon.client();
        TestClient client = daemon.client();
        Peer peer = Peer.open()) {
      client.connect(1, peer.port());
      TestDaemon.await(
          "one relay thread",
          () -> Thread.getAllStackTraces()
              .keySet()
              .stream()
              .filter(thread -> thread.getName().startsWith("iodaemon-relay"))
              .count() == 1);
      peer.accept().getOutputStream().write(7);
      assertThat(client.receive(1, 1)).containsExactly(7);
      assertThat(without.isSilent()).isTrue();
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void aSelectorIsThereOnlyWhileSomethingIsOpen() throws Exception {
    awaitIdle();
    TestDaemon.await("the end of earlier daemons", () -> !runs("iodaemon-peer-writer"));
    try (TestDaemon daemon = TestDaemon.start()) {
      long before = selectors();
      try (TestClient client = daemon.client()) {
        awaitIdle();
        assertThat(selectors()).as("nothing was opened").isEqualTo(before);
        client.send(new ClientFrame.UdpBind(3, 1, 0, "127.0.0.1")); // needs no virtual thread: they have pollers
        assertThat(client.expect(DaemonFrame.UdpBound.class).errno()).isZero();
        assertThat(selectors()).isEqualTo(before + 1);
        client.send(new ClientFrame.UdpClose(0, 1));
        awaitIdle();
        assertThat(selectors()).as("everything is closed").isEqualTo(before);
      }
    }
  }

  @Test
  void aServerOfAnIdleClientAccepts() throws Exception {
    try (TestDaemon daemon = TestDaemon.start();
        TestClient client = daemon.client()) {
      client.send(new ClientFrame.TcpListen(5, 5, 0, "127.0.0.1"));
      int port = client.expect(DaemonFrame.TcpListenResult.class).boundPort();
      awaitIdle();
      try (Socket caller = new Socket("127.0.0.1", port)) {
        int id = client.expect(DaemonFrame.TcpAccept.class).socketId();
        caller.getOutputStream().write(new byte[] {4, 5});
        assertThat(client.receive(id, 2)).containsExactly(4, 5);
      }
    }
  }

  @Test
  void aLostClientRestsWithItsSocketsAndIsResumed() throws Exception {
    Set<Capability> resume = Set.of(Capability.RESUME);
    try (TestDaemon daemon = TestDaemon.start();
        Peer peer = Peer.open()) {
      TestClient lost = daemon.client(resume);
      lost.connect(1, peer.port());
      Socket socket = peer.accept();
      lost.vanish();
      daemon.awaitStat(Counter.PARKED_SESSIONS, 1);
      awaitIdle();
      socket.getOutputStream().write(new byte[] {1, 2, 3});
      try (TestClient back = daemon.client(resume)) {
        awaitIdle();
        back.send(new ClientFrame.Resume(9, 1, lost.ticket()));
        assertThat(back.expect(DaemonFrame.Resumed.class).errno()).isZero();
        assertThat(back.receive(1, 3)).containsExactly(1, 2, 3);
        back.sendData(1, new byte[] {6});
        assertThat(socket.getInputStream().read()).isEqualTo(6);
      }
    }
  }

  @Test
  void itEndsInOrderWhenTheDaemonDoes() throws Exception {
    TestClient client;
    try (TestDaemon daemon = TestDaemon.start()) {
      client = daemon.client();
      awaitIdle();
    }
    assertThat(client.awaitEnd()).isEqualTo(CloseReason.GOING_AWAY);
    awaitIdle();
  }

  @Test
  void oneThatVanishesLeavesNothingBehind() throws Exception {
    try (TestDaemon daemon = TestDaemon.start()) {
      TestClient client = daemon.client();
      awaitIdle();
      client.vanish();
      daemon.awaitStat(Counter.WS_CONNECTIONS, 0);
      awaitIdle();
    }
  }
}
