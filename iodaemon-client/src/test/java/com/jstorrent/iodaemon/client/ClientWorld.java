package com.jstorrent.iodaemon.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.testkit.model.ModelPeer;
import com.jstorrent.iodaemon.testkit.model.Step;
import com.jstorrent.iodaemon.testkit.Peer;
import com.jstorrent.iodaemon.testkit.TestDaemon;
import com.jstorrent.iodaemon.testkit.TestTls;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The client, the real daemon and peers, and a model of what they promise together, simple enough to be
 * obviously correct. Steps run on one thread; a step that is not possible does nothing.
 */
final class ClientWorld implements AutoCloseable {
  private final Peer server;
  private final CuttableConnector connector;
  private final IoClient client;
  private final ModelConnection.Stall stall = new ModelConnection.Stall();
  private final List<ModelConnection> connections = new ArrayList<>();
  private @Nullable TcpServer listening;

  ClientWorld(Peer server, CuttableConnector connector, ClientOptions options)
      throws IOException {
    this.server = server;
    this.connector = connector;
    this.client = IoClient.over(connector, ClientDaemon.TOKEN, options);
  }

  void take(Step step) throws IOException {
    switch (step) {
      case Step.Connects s -> connect(s.peerSpeaksFirst());
      case Step.PeerConnects s -> peerConnects();
      case Step.ClientSends s -> clientSends(connection(s.socket()), s.size());
      case Step.PeerSends s -> peerSends(connection(s.socket()), s.size());
      case Step.PeerStalls s -> stall(connection(s.socket()), true);
      case Step.PeerReads s -> stall(connection(s.socket()), false);
      case Step.PeerEnds s -> peerEnds(connection(s.socket()));
      case Step.PeerResets s -> peerResets(connection(s.socket()));
      case Step.Secures s -> secures(connection(s.socket()));
      case Step.ClientShutsDown s -> clientShutsDown(connection(s.socket()));
      case Step.ClientCloses s -> clientCloses(connection(s.socket()));
      case Step.ClientStalls s -> stall.set(true);
      case Step.ClientReads s -> stall.set(false);
      case Step.ClientVanishes s -> connector.cut();
    }
  }

  private @Nullable ModelConnection connection(int number) {
    return connections.isEmpty() ? null : connections.get(number % connections.size());
  }

  private void connect(boolean peerSpeaksFirst) throws IOException {
    TcpConnection connection = client.connect("127.0.0.1", server.port());
    ModelPeer peer = new ModelPeer(server.accept());
    connections.add(new ModelConnection(connection, peer, stall));
    if (peerSpeaksFirst) {
      peerSends(connections.getLast(), 77);
    }
  }

  private void peerConnects() throws IOException {
    if (listening == null) {
      listening = client.listen("127.0.0.1", 0);
    }
    Socket caller = new Socket(InetAddress.getLoopbackAddress(), listening.port());
    connections.add(new ModelConnection(listening.accept(), new ModelPeer(caller), stall));
  }

  private static void clientSends(@Nullable ModelConnection of, int size) {
    if (of != null && !of.clientClosed && !of.clientShut) {
      of.send(Peer.bytes(of.up.size(), size));
    }
  }

  private static void peerSends(@Nullable ModelConnection of, int size) {
    if (of != null && !of.peerEnded && !of.peerReset) {
      byte[] data = Peer.bytes(1000 + of.down.size(), size);
      of.peer.send(data);
      of.down.writeBytes(data);
    }
  }

  private static void stall(@Nullable ModelConnection of, boolean on) {
    if (of != null && !of.peerReset) {
      of.peer.stall(on);
    }
  }

  private static void peerEnds(@Nullable ModelConnection of) {
    if (of != null && !of.peerEnded && !of.peerReset) {
      of.peerEnded = true;
      of.peer.end();
    }
  }

  private static void peerResets(@Nullable ModelConnection of) throws IOException {
    if (of != null && !of.peerReset) {
      of.peerReset = true;
      of.peer.reset();
    }
  }

  /** Only when nothing is under way: unread bytes would be discarded (PROTOCOL.md § 4.3). */
  private static void secures(@Nullable ModelConnection of) {
    if (of != null && of.isAlive() && !of.secured && !of.peerEnded && !of.clientShut
        && of.isIdle() && of.received().length == of.down.size()) {
      of.startTls(TestTls.HOST);
    }
  }

  private static void clientShutsDown(@Nullable ModelConnection of) {
    if (of != null && !of.clientClosed && !of.clientShut) {
      of.shutDown();
    }
  }

  private static void clientCloses(@Nullable ModelConnection of) {
    if (of != null && !of.clientClosed) {
      of.clientClosed = true;
      of.connection.closeNow();
    }
  }

  /** All sides read and end; then everything must have arrived. */
  void settle() {
    stall.set(false);
    for (ModelConnection each : connections) {
      stall(each, false);
      peerEnds(each);
      clientShutsDown(each);
    }
    try {
      for (ModelConnection each : connections) {
        TestDaemon.await("the end of a connection", each::hasReadToTheEnd);
        TestDaemon.await("the end of a peer", each.peer::hasReadToTheEnd);
        check(each);
      }
    } catch (AssertionError e) {
      StringBuilder state = new StringBuilder(e.getMessage());
      connections.forEach(each -> state.append('\n').append(each));
      throw new AssertionError(state.toString(), e);
    }
  }

  private static void check(ModelConnection of) {
    byte[] arrived = of.peer.received();
    assertPrefix("up", arrived, of.up.toByteArray());
    assertPrefix("down", of.received(), of.down.toByteArray());
    if (!of.peerReset) {
      assertThat(arrived.length).as("up").isGreaterThanOrEqualTo(of.written());
    }
    if (of.isAlive()) {
      assertThat(arrived.length).as("up").isEqualTo(of.up.size());
      assertThat(of.received().length).as("down").isEqualTo(of.down.size());
      assertThat(of.readFailure()).isNull();
    }
  }

  private static void assertPrefix(String what, byte[] got, byte[] whole) {
    assertThat(got.length).as(what).isLessThanOrEqualTo(whole.length);
    assertThat(Arrays.equals(got, Arrays.copyOf(whole, got.length))).as(what).isTrue();
  }

  /** Closes everything, also after a failure. */
  @Override
  public void close() throws IOException {
    stall.set(false);
    for (ModelConnection each : connections) {
      each.close();
    }
    // When a client cannot close its connection in order, the daemon keeps its session for a while.
    TestDaemon.await(
        "a connection", () -> !connector.isCut() && client.state() == ClientState.CONNECTED);
    client.close();
  }
}
