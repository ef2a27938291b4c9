package com.jstorrent.iodaemon.net.relay;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.frame.FrameHeader;
import com.jstorrent.iodaemon.frame.FrameWriter;
import com.jstorrent.iodaemon.frame.Opcode;
import com.jstorrent.iodaemon.memory.MemoryBudget;
import com.jstorrent.iodaemon.memory.Share;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.stats.live.Stats;
import com.jstorrent.iodaemon.testkit.time.ManualClock;
import com.jstorrent.iodaemon.transport.BufferPool;
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
  private static final int FRAME_BYTES = 4 << 10;
  private static final long MEMORY = 16 << 20;

  private final Stats stats = new Stats();
  private final BufferPool frameBuffers = new BufferPool(FRAME_BYTES, 2);
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
    client.gather(data(2));
    client.write(new DaemonFrame.TcpClosed(0, 3, 0));
    assertThat(sent).containsExactly(List.of(1, 2, 3));
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

  private ReplayLog keepFrames() {
    ReplayLog log =
        new ReplayLog(
            2 * FRAME_BYTES,
            new MemoryBudget(MEMORY, MEMORY, stats, new ManualClock()).open(Share.FAIR),
            new BufferPool(Limits.SEGMENT_BYTES, 1),
            frameBuffers,
            () -> {});
    client.keepFrames(log, () -> {});
    return log;
  }

  private ByteBuffer large(int socketId) {
    ByteBuffer frame = frameBuffers.take().order(FrameHeader.ORDER);
    FrameHeader.putData(frame, 0, Opcode.TCP_RECV, socketId);
    return frame.clear();
  }

  @Test
  void aLargeFrameIsKeptWithItsBufferUnlessTheClientHasItByThen() {
    ReplayLog log = keepFrames();
    ByteBuffer acknowledged = large(1);
    ByteBuffer kept = large(2);
    ByteBuffer copied = data(3);
    List.of(acknowledged, kept, copied).forEach(client::gather);
    client.sendGathered();
    assertThat(sent).containsExactly(List.of(1, 2, 3));
    log.acknowledge(1);
    assertThat(client.transferOwnership(acknowledged)).isFalse();
    assertThat(client.transferOwnership(kept)).isTrue();
    assertThat(client.transferOwnership(copied)).isFalse();
  }

  @Test
  void noneWaitsForAnotherWhileTheClientHasToAcknowledge() {
    ReplayLog log = keepFrames();
    client.gather(large(1));
    assertThat(client.gathers()).isTrue();
    client.gather(large(2));
    assertThat(client.gathers()).isFalse();
    client.sendGathered();
    log.acknowledge(2);
    assertThat(client.gathers()).isTrue();
  }

  @Test
  void buffersStayWithTheirOwnerWhenFramesAreNotKeptAnyMore() {
    ReplayLog log = keepFrames();
    ByteBuffer frame = large(1);
    client.gather(frame);
    client.keepFrames(null, () -> {});
    log.close();
    client.sendGathered();
    assertThat(client.transferOwnership(frame)).isFalse();
    assertThat(frameBuffers.inUse()).isEqualTo(1);
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
