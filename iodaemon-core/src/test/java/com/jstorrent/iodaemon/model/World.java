package com.jstorrent.iodaemon.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.frame.Capability;
import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.testkit.Peer;
import com.jstorrent.iodaemon.testkit.TestClient;
import com.jstorrent.iodaemon.testkit.TestDaemon;
import com.jstorrent.iodaemon.testkit.TestTls;
import com.jstorrent.iodaemon.testkit.model.ModelPeer;
import com.jstorrent.iodaemon.testkit.model.Step;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A client and its peers with the real daemon, and a model of what the contract promises them, simple
 * enough to be obviously correct. Steps run on one thread; a step that is not possible does nothing.
 */
final class World implements AutoCloseable {
  private static final int SERVER = 1;

  /** One socket: what both sides have sent so far. */
  private static final class Model {
    private final int id;
    private final ModelPeer peer;
    private final ByteArrayOutputStream up = new ByteArrayOutputStream();
    private final ByteArrayOutputStream down = new ByteArrayOutputStream();
    private int mustArrive; // bytes of those to the peer
    private boolean clientClosed;
    private boolean clientShut;
    private boolean peerEnded;
    private boolean peerReset;
    private boolean secured;

    private Model(int id, ModelPeer peer) {
      this.id = id;
      this.peer = peer;
    }

    private boolean alive() {
      return !clientClosed && !peerReset;
    }
  }

  private final TestDaemon daemon;
  private final Peer server;
  private final Set<Capability> capabilities;
  private final Collector collector;
  private final List<Model> sockets = new ArrayList<>();
  private final String ticket;
  private TestClient client;
  private boolean over;
  private boolean listening;

  World(TestDaemon daemon, Peer server, Set<Capability> capabilities) throws Exception {
    this.daemon = daemon;
    this.server = server;
    this.capabilities = capabilities;
    this.collector = new Collector(capabilities.contains(Capability.RESUME));
    this.client = daemon.client(capabilities);
    this.ticket = client.ticket();
    collector.start(client);
  }

  void take(Step step) throws Exception {
    if (over) {
      return;
    }
    switch (step) {
      case Step.Connects s -> connect(s.peerSpeaksFirst());
      case Step.PeerConnects s -> peerConnects();
      case Step.ClientSends s -> clientSends(socket(s.socket()), s.size());
      case Step.PeerSends s -> peerSends(socket(s.socket()), s.size());
      case Step.PeerStalls s -> stall(socket(s.socket()), true);
      case Step.PeerReads s -> stall(socket(s.socket()), false);
      case Step.PeerEnds s -> peerEnds(socket(s.socket()));
      case Step.PeerResets s -> peerResets(socket(s.socket()));
      case Step.Secures s -> secures(socket(s.socket()));
      case Step.ClientShutsDown s -> clientShutsDown(socket(s.socket()));
      case Step.ClientCloses s -> clientCloses(socket(s.socket()));
      case Step.ClientStalls s -> collector.stall();
      case Step.ClientReads s -> collector.read();
      case Step.ClientVanishes s -> vanish();
    }
  }

  private @Nullable Model socket(int number) {
    return sockets.isEmpty() ? null : sockets.get(number % sockets.size());
  }

  private void connect(boolean peerSpeaksFirst) throws Exception {
    int id = 100 + sockets.size();
    client.send(new ClientFrame.TcpConnect(id, id, server.port(), "127.0.0.1"));
    Model socket = new Model(id, new ModelPeer(server.accept()));
    sockets.add(socket);
    if (peerSpeaksFirst) {
      peerSends(socket, 77);
    }
  }

  private void peerConnects() throws Exception {
    collector.read();
    if (!listening) {
      listening = true;
      client.send(new ClientFrame.TcpListen(5, SERVER, 0, "127.0.0.1"));
      TestDaemon.await("a server", () -> collector.serverPort() != 0);
    }
    Socket caller = new Socket("127.0.0.1", collector.serverPort());
    TestDaemon.await("TCP_ACCEPT", () -> collector.acceptedFrom(caller.getLocalPort()) != 0);
    sockets.add(new Model(collector.acceptedFrom(caller.getLocalPort()), new ModelPeer(caller)));
  }

  private void clientSends(@Nullable Model socket, int size) throws Exception {
    if (socket != null && !socket.clientClosed && !socket.clientShut) {
      byte[] data = Peer.bytes(socket.up.size(), (int) Math.min(size, credit(socket)));
      client.sendData(socket.id, data);
      socket.up.writeBytes(data);
      boolean accepted = !socket.peerEnded || capabilities.contains(Capability.HALFCLOSE);
      socket.mustArrive = accepted ? socket.up.size() : socket.mustArrive;
    }
  }

  /** How much the client may send to the socket now. */
  private long credit(Model socket) {
    return capabilities.contains(Capability.CREDIT)
        ? Limits.DEFAULT.sendCreditBytes() + collector.granted(socket.id) - socket.up.size()
        : Long.MAX_VALUE;
  }

  private void peerSends(@Nullable Model socket, int size) {
    if (socket != null && !socket.peerEnded && !socket.peerReset) {
      byte[] data = Peer.bytes(1000 + socket.down.size(), size);
      socket.peer.send(data);
      socket.down.writeBytes(data);
    }
  }

  private static void stall(@Nullable Model socket, boolean on) {
    if (socket != null && !socket.peerReset) {
      socket.peer.stall(on);
    }
  }

  private static void peerEnds(@Nullable Model socket) {
    if (socket != null && !socket.peerEnded && !socket.peerReset) {
      socket.peerEnded = true;
      socket.peer.end();
    }
  }

  private static void peerResets(@Nullable Model socket) throws Exception {
    if (socket != null && !socket.peerReset) {
      socket.peerReset = true;
      socket.peer.reset();
    }
  }

  /**
   * Only when the peer has sent nothing: unread bytes would be discarded (PROTOCOL.md § 4.3).
   */
  private void secures(@Nullable Model socket) throws Exception {
    if (socket == null || !socket.alive() || socket.secured || socket.peerEnded
        || socket.clientShut) {
      return;
    }
    collector.read();
    grant(socket);
    TestDaemon.await("silence", () -> collector.received(socket.id) == socket.down.size());
    socket.secured = true;
    socket.peer.expectHandshake(socket.up.size());
    client.send(new ClientFrame.TcpSecure(6, socket.id, false, TestTls.HOST));
  }

  private void clientShutsDown(@Nullable Model socket) throws Exception {
    if (socket != null
        && capabilities.contains(Capability.HALFCLOSE)
        && !socket.clientClosed
        && !socket.clientShut) {
      socket.clientShut = true;
      client.send(new ClientFrame.TcpShutdown(0, socket.id));
    }
  }

  private void clientCloses(@Nullable Model socket) throws Exception {
    if (socket != null && !socket.clientClosed) {
      socket.clientClosed = true;
      if (!collector.opened(socket.id)) {
        socket.mustArrive = 0; // closing cancels a pending connect (PROTOCOL.md § 4.9)
      }
      client.send(new ClientFrame.TcpClose(0, socket.id));
    }
  }

  private void vanish() throws Exception {
    client.vanish();
    collector.stop();
    if (!capabilities.contains(Capability.RESUME)) {
      over = true;
      return;
    }
    client = daemon.client(capabilities);
    client.send(new ClientFrame.Resume(9, collector.counted(), ticket));
    DaemonFrame.Resumed resumed = client.expect(DaemonFrame.Resumed.class);
    assertThat(resumed.errno()).as("errno of RESUMED").isZero();
    for (DaemonFrame.Live live : resumed.entries()) {
      if (live.kind() == DaemonFrame.Live.Kind.TCP_SOCKET) {
        assertThat(live.toClient())
            .as("bytes of %s that the client has", live)
            .isEqualTo(collector.received(live.id()));
      }
    }
    collector.start(client);
  }

  private void grant(Model socket) throws Exception {
    if (capabilities.contains(Capability.CREDIT)) {
      client.send(new ClientFrame.TcpCredit(0, socket.id, 1 << 30));
    }
  }

  /**
   * All sides read and close; then everything must have arrived. If not, the failure describes each
   * socket, queue and thread at that moment, since a race may not be reproducible.
   */
  void settle() throws Exception {
    try {
      allArrives();
    } catch (AssertionError e) {
      StringBuilder state = new StringBuilder(e.getMessage());
      sockets.forEach(socket -> state.append('\n').append(describe(socket)));
      throw new AssertionError(state.append('\n').append(Diagnosis.of(daemon)).toString(), e);
    }
  }

  /** Waits for the answer to a later request: connects without TCP_CONNECTED by then were cancelled. */
  private void awaitAnswer() throws Exception {
    client.send(new ClientFrame.TcpListen(5, SERVER + 1, 0, "no address"));
    TestDaemon.await("an answer", collector::answered);
    for (Model socket : sockets) {
      if (!socket.clientClosed) {
        TestDaemon.await("TCP_CONNECTED of " + socket.id, () -> collector.opened(socket.id));
      }
    }
  }

  private String describe(Model socket) {
    Collector.Received received = collector.socket(socket.id);
    return "%d: %s secured %b; client closed %b, shut %b; peer ended %b, reset %b; up %d of %d, down %d of %d; %s; peer: %s"
        .formatted(
            socket.id,
            capabilities,
            socket.secured,
            socket.clientClosed,
            socket.clientShut,
            socket.peerEnded,
            socket.peerReset,
            socket.peer.received().length,
            socket.up.size(),
            received.data.size(),
            socket.down.size(),
            received.events,
            socket.peer.hasReadToTheEnd() ? socket.peer.endReason() : "reads");
  }

  private void allArrives() throws Exception {
    collector.read();
    for (Model socket : sockets) {
      stall(socket, false);
      peerEnds(socket);
      if (!over && !socket.clientClosed) {
        grant(socket);
        clientShutsDown(socket);
      }
    }
    if (!over) {
      awaitAnswer();
    }
    for (Model socket : sockets) {
      if (!over && collector.opened(socket.id)) {
        TestDaemon.await("TCP_CLOSE of " + socket.id, () -> collector.closes(socket.id) > 0);
      }
      TestDaemon.await("the end of peer " + socket.id, socket.peer::hasReadToTheEnd);
      check(socket);
    }
    assertThat(collector.faults()).isEmpty();
  }

  /** Closes everything, also after a failure. */
  @Override
  public void close() throws IOException {
    client.close();
    collector.stop();
    for (Model socket : sockets) {
      socket.peer.close();
    }
  }

  private void check(Model socket) {
    byte[] up = socket.up.toByteArray();
    byte[] down = socket.down.toByteArray();
    byte[] arrived = socket.peer.received();
    Collector.Received received = collector.socket(socket.id);
    assertPrefix("up " + socket.id, arrived, up);
    assertPrefix("down " + socket.id, received.data.toByteArray(), down);
    if (over) {
      return;
    }
    if (!socket.peerReset) {
      assertThat(arrived.length)
          .as("up %d: %s, peer: %s", socket.id, received.events, socket.peer.endReason())
          .isGreaterThanOrEqualTo(socket.mustArrive);
    }
    if (socket.alive()) {
      assertThat(received.data.size()).as("down %d: %s", socket.id, received.events)
          .isEqualTo(down.length);
      assertThat(received.errno).as("errno of %d: %s", socket.id, received.events).isZero();
    }
    assertThat(received.closes)
        .as("closes of %d: %s", socket.id, received.events)
        .isEqualTo(received.events.isEmpty() ? 0 : 1);
  }

  private static void assertPrefix(String what, byte[] got, byte[] whole) {
    assertThat(got.length).as(what).isLessThanOrEqualTo(whole.length);
    assertThat(Arrays.equals(got, Arrays.copyOf(whole, got.length))).as(what).isTrue();
  }
}
