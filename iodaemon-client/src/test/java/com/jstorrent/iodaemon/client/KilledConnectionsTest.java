package com.jstorrent.iodaemon.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.client.ClientDaemon.Way;
import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.testkit.CuttableProxy;
import com.jstorrent.iodaemon.testkit.Peer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Random operations on several connections, while the connection to the daemon is lost again and again: nothing is
 * lost, duplicated or reordered. {@code -Dclient.operations=100000} runs more of them, {@code -Dclient.seed=…}
 * repeats a run.
 */
@Timeout(3600)
class KilledConnectionsTest {
  private static final int OPERATIONS = Integer.getInteger("client.operations", 2000);
  private static final long SEED = Long.getLong("client.seed", System.nanoTime());
  private static final int CONVERSATIONS = 6;
  private static final int MAX_BYTES = 40_000;
  private static final int ROUNDS_PER_KILL = 60;

  private static final Duration NEVER = Duration.ofMinutes(5);

  /** No time limit of either side may hide or cause a loss. */
  private static final Limits LIMITS = Limits.builder().linger(NEVER).build();
  private static final ClientOptions OPTIONS =
      ClientOptions.builder().closeTimeout(NEVER).build();

  private final SplittableRandom random = new SplittableRandom(SEED);
  private final List<Conversation> conversations = new ArrayList<>();
  private int ended;

  @Test
  void nothingIsLostOverAWebSocketThatIsCutWithinFrames() throws Exception {
    try (ClientDaemon daemon = ClientDaemon.start(LIMITS);
        CuttableProxy proxy = new CuttableProxy(daemon.port());
        IoClient client = IoClient.connect(proxy.address(), ClientDaemon.TOKEN, OPTIONS)) {
      run(client, OPERATIONS, () -> {
        if (random.nextBoolean()) {
          proxy.cut();
        } else {
          proxy.cutAfter(random.nextInt(100_000));
        }
      });
      System.out.printf(
          "%d operations, %d WebSockets, %d connections, seed %d%n",
          OPERATIONS, proxy.connections(), ended, SEED);
      assertThat(proxy.connections()).isGreaterThan(OPERATIONS / ROUNDS_PER_KILL / 10);
      daemon.awaitStat(Counter.TCP_SOCKETS, 0);
    }
  }

  @Test
  void nothingIsLostWithinAProcess() throws Exception {
    try (ClientDaemon daemon = ClientDaemon.start(LIMITS)) {
      CuttableConnector connector = new CuttableConnector(daemon.connector(Way.IN_PROCESS));
      try (IoClient client =
          IoClient.over(connector, ClientDaemon.TOKEN, OPTIONS)) {
        run(client, OPERATIONS / 4, connector::cut);
        daemon.awaitStat(Counter.TCP_SOCKETS, 0);
      }
    }
  }

  private void run(IoClient client, int operations, Runnable kill) throws Exception {
    try (Peer peer = Peer.open();
        TcpServer server = client.listen("127.0.0.1", 0)) {
      for (int i = 0; i < operations; i++) {
        if (conversations.size() < CONVERSATIONS) {
          conversations.add(open(client, peer, server));
        }
        if (random.nextInt(ROUNDS_PER_KILL) == 0) {
          kill.run();
        }
        operate();
      }
      for (Conversation conversation : conversations) {
        conversation.endInOrder();
        ended++;
      }
    } catch (IOException | AssertionError e) {
      throw new AssertionError("seed " + SEED, e);
    }
  }

  private Conversation open(IoClient client, Peer peer, TcpServer server) throws IOException {
    long seed = random.nextLong();
    if (random.nextBoolean()) {
      TcpConnection connection = client.connect("127.0.0.1", peer.port());
      return new Conversation(seed, connection, peer.accept());
    }
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(60_000);
    return new Conversation(seed, server.accept(), socket);
  }

  private void operate() throws IOException {
    int which = random.nextInt(conversations.size());
    Conversation conversation = conversations.get(which);
    int bytes = random.nextInt(MAX_BYTES);
    switch (random.nextInt(40)) {
      case 0 -> conversation.clientShuts();
      case 1 -> conversation.peerShuts();
      case 2 -> {
        conversation.endInOrder();
        remove(which);
      }
      case 3 -> {
        conversation.clientCloses();
        remove(which);
      }
      case 4 -> {
        conversation.peerResets();
        remove(which);
      }
      case 5, 6, 7, 8, 9, 10, 11, 12, 13 -> conversation.clientSends(bytes);
      case 14, 15, 16, 17, 18, 19, 20, 21, 22 -> conversation.peerSends(bytes);
      case 23, 24, 25, 26, 27, 28, 29, 30, 31 -> conversation.peerReads(bytes);
      default -> conversation.clientReads(bytes);
    }
  }

  private void remove(int which) {
    conversations.remove(which);
    ended++;
  }
}
