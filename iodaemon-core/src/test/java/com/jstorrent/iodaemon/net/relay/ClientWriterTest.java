package com.jstorrent.iodaemon.net.relay;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.frame.FrameHeader;
import com.jstorrent.iodaemon.frame.FrameWriter;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.stats.live.Stats;
import com.jstorrent.iodaemon.testkit.time.ManualClock;
import com.jstorrent.iodaemon.transport.CloseReason;
import com.jstorrent.iodaemon.transport.FrameConnection;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Frames that are sent together keep their place among the others (PROTOCOL.md § 4.2). */
class ClientWriterTest {
  private final Stats stats = new Stats();
  private final List<List<Integer>> sent = new ArrayList<>(); // sockets, by call
  private final Recorder connection = new Recorder();
  private int losses;
  private final ClientWriter client =
      new ClientWriter(connection, stats, new ManualClock(), () -> losses++);

  private static ByteBuffer data(int socketId) {
    return FrameWriter.write(
        new DaemonFrame.TcpRecv(0, socketId, ByteBuffer.allocate(4)), 0);
  }

  @Test
  void gatheredFramesAreSentByOneCall() {
    client.gather(data(1));
    client.gather(data(2));
    assertThat(sent).isEmpty();
    client.sendGathered();
    client.sendGathered();
    assertThat(sent).containsExactly(List.of(1, 2));
    assertThat(stats.get(Counter.FRAMES_TO_CLIENT)).isEqualTo(2);
  }

  @Test
  void noFrameOvertakesThem() {
    client.gather(data(1));
    client.writeData(data(2));
    client.gather(data(3));
    client.write(new DaemonFrame.TcpClosed(0, 4, 0));
    assertThat(sent).containsExactly(List.of(1, 2), List.of(3, 4));
  }

  @Test
  void theRelayBuildsItsNextFrameInTheSameBuffer() {
    ByteBuffer frame = data(1);
    client.gather(frame);
    client.sendGathered();
    assertThat(frame.order()).isEqualTo(FrameHeader.ORDER);
  }

  @Test
  void aConnectionThatFailsIsAbortedAndNothingWaitsAnyMore() {
    connection.broken = true;
    client.gather(data(1));
    client.sendGathered();
    assertThat(losses).isEqualTo(1);
    assertThat(connection.aborted).isTrue();
    assertThat(client.gathers()).isFalse();
    client.attach(new Recorder());
    client.sendGathered();
    assertThat(sent).isEmpty();
  }

  @Test
  void afterTheEndNothingIsSent() {
    client.gather(data(1));
    client.close();
    client.sendGathered();
    assertThat(client.gathers()).isFalse();
    assertThat(sent).isEmpty();
  }

  /** Writes down the sockets of the frames of each call. */
  private final class Recorder implements FrameConnection {
    private boolean broken;
    private boolean aborted;

    @Override
    public int headroom() {
      return 0;
    }

    @Override
    public void send(ByteBuffer frame) throws IOException {
      send(List.of(frame));
    }

    @Override
    public void send(List<ByteBuffer> frames) throws IOException {
      if (broken) {
        throw new IOException("It is broken.");
      }
      assertThat(frames).allMatch(frame -> frame.order() == ByteOrder.BIG_ENDIAN);
      sent.add(
          frames.stream()
              .map(frame -> FrameHeader.socketId(frame.duplicate().order(FrameHeader.ORDER)))
              .toList());
    }

    @Override
    public void flush() {}

    @Override
    public void close(CloseReason reason) {}

    @Override
    public void abort() {
      aborted = true;
    }

    @Override
    public void probe() {}
  }
}
