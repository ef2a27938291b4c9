package com.jstorrent.iodaemon.net;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.frame.Errno;
import com.jstorrent.iodaemon.memory.MemoryAccount;
import com.jstorrent.iodaemon.memory.MemoryBudget;
import com.jstorrent.iodaemon.memory.MemoryUse;
import com.jstorrent.iodaemon.memory.Share;
import com.jstorrent.iodaemon.stats.SocketReport;
import com.jstorrent.iodaemon.stats.live.Stats;
import com.jstorrent.iodaemon.testkit.time.ManualClock;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** PROTOCOL.md § 3 and § 4.2: which ids are in use, and which sockets their client is still told of. */
class SocketTableTest {
  private static final int FIRST_ACCEPTED_ID = 0x8000_0000;

  private static final long MEMORY = 16 << 20;

  private final MemoryBudget budget =
      new MemoryBudget(MEMORY, MEMORY, new Stats(), new ManualClock());
  private final MemoryAccount memory = budget.open(Share.FAIR);
  private final SocketTable table = new SocketTable(memory);

  private boolean add(PeerSocket socket) {
    return table.admit(socket, Limits.DEFAULT) == Errno.OK;
  }

  /** Every entry stands for the memory of a socket. */
  @AfterEach
  void memoryIsTakenForSocketsOnly() {
    int sockets = table.sockets().size() + table.closing().size();
    assertThat(memory.held()).isEqualTo((long) sockets * Limits.SOCKET_BYTES);
  }

  @Test
  void aSocketThatIsClosedWhileItsEndIsReportedGivesItsMemoryBackOnce() throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
      for (int i = 0; i < 20_000; i++) {
        PeerSocket socket = new Entry(i);
        assertThat(add(socket)).isTrue();
        Future<?> closed = threads.submit(() -> table.close(socket));
        threads.submit(
            () -> {
              table.remove(socket);
              table.removeClosing(socket);
            }).get();
        closed.get();
        table.removeClosing(socket);
        assertThat(memory.held()).isZero();
      }
    }
  }

  /** By its client and by /control. */
  @Test
  void aSocketThatIsClosedTwiceIsStillToldOfOnce() {
    PeerSocket socket = new Entry(7);
    assertThat(add(socket)).isTrue();
    table.close(socket);
    table.close(socket);
    assertThat(table.removeClosing(socket)).isTrue();
    assertThat(table.removeClosing(socket)).isFalse();
  }

  @Test
  void withoutMemoryASocketIsRefused() {
    memory.take(MemoryUse.PEER_QUEUES, MEMORY);
    assertThat(table.admit(new Entry(7), Limits.DEFAULT)).isEqualTo(Errno.ENOBUFS);
    assertThat(table.socket(7)).isNull();
    memory.release(MemoryUse.PEER_QUEUES, MEMORY);
  }

  @Test
  void anIdStandsForOneSocket() {
    PeerSocket socket = new Entry(7);
    assertThat(add(socket)).isTrue();
    assertThat(add(new Entry(7))).isFalse();
    assertThat(table.socket(7)).isSameAs(socket);
  }

  @Test
  void serversHaveIdsOfTheirOwn() {
    PeerSocket socket = new Entry(7);
    PeerSocket server = new Entry(7);
    assertThat(add(socket)).isTrue();
    assertThat(table.addServer(server)).isTrue();
    assertThat(table.addServer(new Entry(7))).isFalse();
    assertThat(table.socket(7)).isSameAs(socket);
    assertThat(table.server(7)).isSameAs(server);
  }

  @Test
  void aSocketOfAnotherKindIsNotFound() {
    add(new Entry(7));
    assertThat(table.socket(7, Entry.class)).isNotNull();
    assertThat(table.socket(7, TcpSocket.class)).isNull();
    assertThat(table.sockets(TcpSocket.class)).isEmpty();
  }

  @Test
  void anEndRemovesNoLaterSocketWithTheSameId() {
    PeerSocket earlier = new Entry(7);
    PeerSocket later = new Entry(7);
    add(earlier);
    assertThat(table.remove(earlier)).isTrue();
    add(later);
    assertThat(table.remove(earlier)).isFalse();
    assertThat(table.socket(7)).isSameAs(later);
  }

  @Test
  void aSocketThatItsClientHasClosedIsReportedOnce() {
    PeerSocket socket = new Entry(7);
    add(socket);
    table.close(socket);
    assertThat(table.socket(7)).isNull();
    assertThat(table.closing()).containsExactly(socket);
    assertThat(table.isEmpty()).isFalse();
    assertThat(table.removeClosing(socket)).isTrue();
    assertThat(table.removeClosing(socket)).isFalse();
    assertThat(table.isEmpty()).isTrue();
  }

  @Test
  void anIdThatIsUsedAgainEndsTheReportsOfItsLastSocket() {
    PeerSocket earlier = new Entry(7);
    add(earlier);
    table.close(earlier);
    assertThat(add(new Entry(7))).isTrue();
    assertThat(table.removeClosing(earlier)).isFalse();
    assertThat(table.closing()).isEmpty();
  }

  @Test
  void aCloseBehindTheReportedEndOwesNothing() {
    PeerSocket socket = new Entry(7);
    add(socket);
    table.remove(socket);
    table.close(socket);
    assertThat(table.closing()).isEmpty();
  }

  @Test
  void afterTheEndNothingIsAddedOrReported() {
    PeerSocket socket = new Entry(7);
    add(socket);
    table.close(socket);
    table.end();
    assertThat(add(new Entry(8))).isFalse();
    assertThat(table.addServer(new Entry(8))).isFalse();
    assertThat(table.removeClosing(socket)).isFalse();
    assertThat(table.isEmpty()).isTrue();
  }

  @Test
  void acceptedSocketsGetIdsThatAreFree() {
    assertThat(table.nextAcceptedId()).isEqualTo(FIRST_ACCEPTED_ID);
    PeerSocket closing = new Entry(FIRST_ACCEPTED_ID + 1);
    add(closing);
    table.close(closing);
    add(new Entry(FIRST_ACCEPTED_ID + 2));
    assertThat(table.nextAcceptedId()).isEqualTo(FIRST_ACCEPTED_ID + 3);
  }

  /** Only its id matters here; no two are equal. */
  private static final class Entry implements PeerSocket {
    private final int id;

    private Entry(int id) {
      this.id = id;
    }

    @Override
    public int id() {
      return id;
    }

    @Override
    public Meter meter() {
      throw new UnsupportedOperationException();
    }

    @Override
    public void clientClose(Duration linger) {
      throw new UnsupportedOperationException();
    }

    @Override
    public DaemonFrame.Live live() {
      throw new UnsupportedOperationException();
    }

    @Override
    public SocketReport report() {
      throw new UnsupportedOperationException();
    }
  }
}
