package com.jstorrent.iodaemon.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.json.Json;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * WebSockets that are lost without a Close, and clients that resume their sessions (PROTOCOL.md §
 * 9.3) without losing a byte; some never come back.
 */
final class SoakResume implements SoakLoad {
  private static final int LOSSES = 5;

  @Override
  public void round(SoakEnvironment environment, SplittableRandom random) throws Exception {
    try (Client client = new Client(environment, random)) {
      for (int i = 0; i < LOSSES; i++) {
        client.sendSome();
        client.receive(random.nextLong(client.inFlight() + 1));
        client.lose();
      }
      client.receive(client.inFlight());
      if (random.nextInt(4) > 0) {
        client.socket.close(1000);
      } // otherwise its sockets are kept until they expire
    }
  }

  /** A client with resumption, which counts frames in both directions. */
  private static final class Client implements AutoCloseable {
    private static final String HELLO = "{\"caps\":[\"resume\"]}";
    private static final int SOCKETS = 3;
    private static final int FRAMES = 30;
    private static final int MAX_BYTES = 20_000;
    private static final int EAGAIN = 11;

    private final SoakEnvironment environment;
    private final SplittableRandom random;
    private final String ticket;
    private final List<SeededBytes> sent = new ArrayList<>();
    private final List<SeededBytes> expected = new ArrayList<>();
    private final List<ClientFrame> log = new ArrayList<>(); // all counted frames sent
    private long received; // counted frames
    private WireClient socket;

    Client(SoakEnvironment environment, SplittableRandom random) throws Exception {
      this.environment = environment;
      this.random = random;
      socket = environment.client(HELLO);
      ticket = (String) Json.readObject(socket.serverHello()).get("ticket");
      for (int id = 0; id < SOCKETS; id++) {
        long seed = random.nextLong();
        sent.add(new SeededBytes(seed));
        expected.add(new SeededBytes(seed));
        send(new ClientFrame.TcpConnect(id, id, environment.echoPort(), "127.0.0.1"));
        assertThat(next()).isEqualTo(new DaemonFrame.TcpConnected(id, id, 0));
        environment.opened.increment();
      }
    }

    private void send(ClientFrame frame) {
      log.add(frame);
      socket.send(frame);
    }

    void sendSome() {
      for (int i = 0; i < FRAMES; i++) {
        int id = random.nextInt(SOCKETS);
        byte[] data = sent.get(id).next(random.nextInt(1, MAX_BYTES));
        send(new ClientFrame.TcpSend(0, id, ByteBuffer.wrap(data)));
      }
    }

    long inFlight() {
      return sum(sent) - sum(expected);
    }

    private static long sum(List<SeededBytes> all) {
      return all.stream().mapToLong(SeededBytes::position).sum();
    }

    /** Receives at least this many bytes and acknowledges them. */
    void receive(long count) throws Exception {
      long before = sum(expected);
      while (sum(expected) < before + count) {
        DaemonFrame.TcpRecv frame = (DaemonFrame.TcpRecv) next();
        environment.verified.add(frame.data().remaining());
        expected.get(frame.socketId()).requireNext(frame.data());
      }
      socket.send(new ClientFrame.Ack(0, received));
    }

    private DaemonFrame next() throws Exception {
      DaemonFrame frame = socket.next();
      while (frame instanceof DaemonFrame.Ack) {
        frame = socket.next();
      }
      received++;
      return frame;
    }

    /** Breaks the connection, resumes on another one, and repeats what may have been lost. */
    void lose() throws Exception {
      socket.close();
      environment.killed.increment();
      socket = environment.client(HELLO);
      DaemonFrame.Resumed resumed = resume();
      while (resumed.errno() == EAGAIN) {
        environment.pause(Duration.ofMillis(100));
        resumed = resume();
      }
      assertThat(resumed.errno()).isZero();
      assertThat(resumed.toClient()).isEqualTo(received);
      assertThat(resumed.entries()).hasSize(SOCKETS);
      for (ClientFrame frame : log.subList((int) resumed.fromClient(), log.size())) {
        socket.send(frame);
      }
    }

    private DaemonFrame.Resumed resume() throws Exception {
      socket.send(new ClientFrame.Resume(9, received, ticket));
      return socket.expect(DaemonFrame.Resumed.class);
    }

    @Override
    public void close() {
      socket.close();
    }
  }
}
