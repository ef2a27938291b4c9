package com.jstorrent.iodaemon.session;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.IoDaemon;
import com.jstorrent.iodaemon.config.DownloadRoot;
import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.frame.Capability;
import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.frame.Opcode;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.stats.DaemonReport;
import com.jstorrent.iodaemon.stats.RootStatus;
import com.jstorrent.iodaemon.stats.SessionReport;
import com.jstorrent.iodaemon.testkit.TestClient;
import com.jstorrent.iodaemon.testkit.TestDaemon;
import com.jstorrent.iodaemon.transport.ControlCodec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** PROTOCOL.md § 3: the frames of {@code /control}, which exist only there. */
class ControlSessionTest {
  private static final String ALL_CAPABILITIES =
      Stream.of(Capability.values()).map(Capability::label).collect(Collectors.joining(" "));

  @TempDir
  Path folder;

  private final AtomicInteger picked = new AtomicInteger();
  private volatile boolean picker;
  private TestDaemon daemon;

  @BeforeEach
  void start() throws IOException {
    daemon =
        TestDaemon.start(
            IoDaemon.builder()
                .root("a", folder)
                .limits(Limits.builder()
                    .rootCheck(Duration.ofMillis(20))
                    .handshakeTimeout(Duration.ofHours(1))
                    .build())
                .folderPicker(
                    () -> {
                      picked.incrementAndGet();
                      return picker;
                    }));
  }

  @AfterEach
  void stop() {
    daemon.close();
  }

  /** A frame whose payload is zeros. */
  private static ByteBuffer frame(int opcode, int requestId, int payload) {
    return ByteBuffer.allocate(8 + payload)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put(0, (byte) 1)
        .put(1, (byte) opcode)
        .putInt(4, requestId);
  }

  @Test
  void framesOfIoAreAnsweredWithErrorAndTheConnectionStaysOpen() throws Exception {
    picker = true;
    try (TestClient client = daemon.control(Set.of(Capability.STATS))) {
      for (Opcode opcode : Opcode.values()) {
        if (opcode == Opcode.OPEN_FOLDER_PICKER) {
          continue;
        }
        int requestId = 1000 + opcode.code();
        client.send(frame(opcode.code(), requestId, 40));
        DaemonFrame answer;
        do {
          answer = client.next();
        } while (answer instanceof DaemonFrame.Event);
        assertThat(answer).as("%s", opcode).isInstanceOf(DaemonFrame.Error.class);
        assertThat(answer.requestId()).as("%s", opcode).isEqualTo(requestId);
      }
      assertThat(picked).hasValue(0);
      client.send(new ClientFrame.OpenFolderPicker(5));
      assertThat(picked).hasValue(1);
      assertThat(daemon.services().directory().sockets().get(1L)).isEmpty();
    }
  }

  @Test
  void theFolderPickerIsOpenedAndIsAnErrorWhereThereIsNone() throws Exception {
    try (TestClient client = daemon.control(Set.of())) {
      client.send(new ClientFrame.OpenFolderPicker(5));
      assertThat(client.next())
          .isEqualTo(new DaemonFrame.Error(5, "The host application offers no folder picker."));
      picker = true;
      client.send(new ClientFrame.OpenFolderPicker(6));
      picker = false;
      client.send(new ClientFrame.OpenFolderPicker(7));
      assertThat(client.next().requestId()).as("6 needs no answer").isEqualTo(7);
      assertThat(picked).hasValue(3);
    }
  }

  @Test
  void theFramesOfControlAreErrorsOnIo() throws Exception {
    picker = true;
    try (TestClient client = daemon.client()) {
      for (int opcode = 0xE0; opcode <= 0xE2; opcode++) {
        client.send(frame(opcode, opcode, 4));
        assertThat(client.expect(DaemonFrame.Error.class).requestId()).isEqualTo(opcode);
      }
      assertThat(picked).hasValue(0);
      client.send(new ClientFrame.TcpListen(11, 1, 0, "127.0.0.1"));
      assertThat(client.expect(DaemonFrame.TcpListenResult.class).errno()).isZero();
    }
  }

  @Test
  void anUnauthenticatedClientGetsNoEventsAndCannotOpenThePicker() throws Exception {
    picker = true;
    try (TestClient unauthenticated = daemon.unauthenticatedControlClient();
        TestClient other = daemon.control(Set.of())) {
      unauthenticated.send(new ClientFrame.ClientHello(1, "stats"));
      unauthenticated.expect(DaemonFrame.ServerHello.class);
      daemon.daemon().replaceRoots(List.of());
      other.expect(DaemonFrame.RootsChanged.class);
      unauthenticated.send(new ClientFrame.OpenFolderPicker(5));
      assertThat(unauthenticated.expect(DaemonFrame.Error.class).requestId()).isEqualTo(5);
      unauthenticated.awaitEnd();
      assertThat(picked).hasValue(0);
    }
  }

  @Test
  void eachEndpointGrantsItsOwnCapabilities() throws Exception {
    try (TestClient control = daemon.unauthenticatedControlClient();
        TestClient io = daemon.unauthenticatedClient()) {
      control.send(new ClientFrame.ClientHello(1, ALL_CAPABILITIES));
      assertThat(control.expect(DaemonFrame.ServerHello.class).body()).isEqualTo("stats|");
      io.send(new ClientFrame.ClientHello(1, ALL_CAPABILITIES));
      assertThat(io.expect(DaemonFrame.ServerHello.class).body())
          .startsWith("halfclose credit resume|");
    }
  }

  @Test
  void statisticsAreSentOnlyToClientsThatHaveAskedForThem() throws Exception {
    try (TestClient silent = daemon.control(Set.of());
        TestClient io = daemon.client(Set.of(Capability.HALFCLOSE));
        TestClient asking = daemon.control(Set.of(Capability.STATS))) {
      for (int i = 0; i < 2; i++) {
        assertThat(asking.expect(DaemonFrame.Event.class).event())
            .isEqualTo("1/control 2/io 3/control");
      }
      assertThat(silent.isSilent()).isTrue();
      assertThat(io.isSilent()).isTrue();
    }
  }

  @Test
  void rootsAreSentToEveryClientOfControlAndToNoOthers() throws Exception {
    Path gone = Files.createDirectory(folder.resolve("gone"));
    try (TestClient one = daemon.control(Set.of());
        TestClient other = daemon.control(Set.of());
        TestClient io = daemon.client()) {
      daemon.daemon()
          .replaceRoots(List.of(DownloadRoot.of("b", folder), DownloadRoot.of("c", gone)));
      for (TestClient client : List.of(one, other)) {
        assertThat(client.next()).isEqualTo(new DaemonFrame.RootsChanged(0, "b+ c+"));
      }
      Files.delete(gone);
      for (TestClient client : List.of(one, other)) {
        assertThat(client.next()).isEqualTo(new DaemonFrame.RootsChanged(0, "b+ c-"));
      }
      one.vanish();
      Files.createDirectory(gone);
      assertThat(other.next()).isEqualTo(new DaemonFrame.RootsChanged(0, "b+ c+"));
      assertThat(io.isSilent()).isTrue();
    }
  }

  /** Makes events so large that they show in the length of the queue. */
  private static final class Verbose implements ControlCodec {
    private final AtomicInteger events = new AtomicInteger();

    @Override
    public String roots(List<RootStatus> roots) {
      return "roots";
    }

    @Override
    public String stats(DaemonReport report) {
      events.incrementAndGet();
      return "e".repeat(Limits.CONTROL_QUEUE_BYTES);
    }
  }

  /** Causes errors, without reading them, until the daemon stops reading. */
  private TestClient clogged(Verbose codec) throws Exception {
    TestClient client = daemon.unauthenticatedControlClient(codec);
    client.authenticate(TestDaemon.TOKEN, Set.of(Capability.STATS));
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                while (true) {
                  client.send(frame(0x66, 1, 0));
                }
              } catch (IOException e) {
                // The connection has ended.
              }
            });
    TestDaemon.await(
        "a full queue to the client",
        () -> queued() >= Limits.CONTROL_QUEUE_BYTES
            && report().times().blocked().toMillis() > 500);
    return client;
  }

  private SessionReport report() {
    return daemon.daemon().sessions().getFirst();
  }

  private long queued() {
    return report().queuedToClient();
  }

  @Test
  void aClientThatDoesNotReadMissesStatistics() throws Exception {
    Verbose codec = new Verbose();
    try (TestClient client = clogged(codec)) {
      long bytes = queued();
      int before = codec.events.get();
      TestDaemon.await("two events more", () -> codec.events.get() >= before + 2);
      assertThat(queued()).isLessThan(bytes + Limits.CONTROL_QUEUE_BYTES);
      assertThat(client).isNotNull();
      assertThat(daemon.stats().get(Counter.WS_CONNECTIONS)).isEqualTo(1);
    }
    daemon.awaitStat(Counter.WS_CONNECTIONS, 0);
  }

  @Test
  void aClientThatDoesNotReadIsDisconnectedWhenRootsCannotBeQueued() throws Exception {
    try (TestClient client = clogged(new Verbose());
        TestClient other = daemon.control(Set.of())) {
      daemon.daemon().replaceRoots(List.of());
      assertThat(other.next()).isEqualTo(new DaemonFrame.RootsChanged(0, ""));
      daemon.awaitStat(Counter.WS_CONNECTIONS, 1);
      daemon.daemon().replaceRoots(List.of(DownloadRoot.of("z", folder)));
      assertThat(other.next()).isEqualTo(new DaemonFrame.RootsChanged(0, "z+"));
      assertThat(daemon.daemon().sessions()).hasSize(1);
      assertThat(client).isNotNull();
    }
  }
}
