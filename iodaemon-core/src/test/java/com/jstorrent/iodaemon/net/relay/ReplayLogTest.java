package com.jstorrent.iodaemon.net.relay;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.frame.FrameWriter;
import com.jstorrent.iodaemon.memory.MemoryAccount;
import com.jstorrent.iodaemon.memory.MemoryBudget;
import com.jstorrent.iodaemon.memory.MemoryUse;
import com.jstorrent.iodaemon.memory.Share;
import com.jstorrent.iodaemon.stats.live.Stats;
import com.jstorrent.iodaemon.testkit.time.ManualClock;
import com.jstorrent.iodaemon.transport.BufferPool;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** PROTOCOL.md § 9.3: which frames are kept, and how they are counted. */
class ReplayLogTest {
  private static final long MEMORY = 16 << 20;
  private static final int FRAME_BUFFER_BYTES = 4 << 10;

  private final MemoryBudget budget =
      new MemoryBudget(MEMORY, MEMORY, new Stats(), new ManualClock());
  private final AtomicInteger woken = new AtomicInteger();
  private final BufferPool frameBuffers = new BufferPool(FRAME_BUFFER_BYTES, 1);
  private final ReplayLog log =
      new ReplayLog(
          100,
          budget.open(Share.FAIR),
          new BufferPool(Limits.SEGMENT_BYTES, 1),
          frameBuffers,
          woken::incrementAndGet);

  @BeforeEach
  void threeFrames() {
    add(new DaemonFrame.TcpConnected(1, 7, 0));
    add(new DaemonFrame.TcpRecv(0, 7, ByteBuffer.wrap(new byte[10])));
    add(new DaemonFrame.RangeCancel(5));
  }

  private void add(DaemonFrame frame) {
    log.add(FrameWriter.write(frame, 0));
  }

  private List<ByteBuffer> unacknowledged() {
    List<ByteBuffer> frames = new ArrayList<>();
    ReplayLog.Replay replay = log.replay();
    for (int size; (size = replay.nextBytes()) > 0;) {
      ByteBuffer frame = ByteBuffer.allocate(size);
      assertThat(replay.next(frame)).isTrue();
      frames.add(frame.flip());
    }
    return frames;
  }

  @Test
  void anAcknowledgementDropsTheFramesThatItCovers() {
    long before = log.bytes();
    assertThat(log.acknowledge(2)).isTrue();
    assertThat(unacknowledged()).hasSize(1);
    assertThat(log.bytes()).isLessThan(before).isEqualTo(8);
  }

  @Test
  void anAcknowledgementTellsOfRoomOnlyIfTheLogWasFull() {
    log.acknowledge(1);
    assertThat(woken).hasValue(0);
    add(new DaemonFrame.TcpRecv(0, 7, ByteBuffer.wrap(new byte[100])));
    assertThat(log.isFull()).isTrue();
    log.acknowledge(4);
    assertThat(woken).hasValue(1);
    log.acknowledge(4);
    assertThat(woken).hasValue(1);
  }

  private ByteBuffer largeFrame() {
    ByteBuffer frame = frameBuffers.take().position(FRAME_BUFFER_BYTES / 4);
    frame.putInt(frame.position(), 42);
    return frame;
  }

  @Test
  void aLargeFrameIsKeptWithItsBufferOnceItWasSent() {
    ByteBuffer frame = largeFrame();
    int size = frame.remaining();
    log.addWithBuffer(frame);
    frame.limit(frame.position()); // as after sending
    assertThat(log.transferOwnership(frame)).isTrue();
    assertThat(unacknowledged().get(3).remaining()).isEqualTo(size);
    assertThat(unacknowledged().get(3).getInt()).isEqualTo(42);
    add(new DaemonFrame.RangeCancel(6));
    assertThat(unacknowledged()).hasSize(5);
    assertThat(frameBuffers.inUse()).isEqualTo(1);
    log.acknowledge(4);
    assertThat(unacknowledged()).hasSize(1);
    assertThat(frameBuffers.inUse()).isZero();
    assertThat(frameBuffers.take()).isSameAs(frame);
  }

  /** Else another client's bytes would be read into a buffer that is being sent. */
  @Test
  void aBufferStaysWithItsOwnerWhenTheFrameIsForgottenWhileItIsSent() {
    ByteBuffer first = largeFrame();
    log.addWithBuffer(first);
    log.acknowledge(4);
    assertThat(frameBuffers.inUse()).isEqualTo(1);
    assertThat(log.transferOwnership(first)).isFalse();
    log.addWithBuffer(first);
    log.close();
    assertThat(log.transferOwnership(first)).isFalse();
    assertThat(frameBuffers.inUse()).isEqualTo(1);
    assertThat(budget.used()).isZero();
  }

  @Test
  void aSmallFrameIsCopied() {
    ByteBuffer frame = frameBuffers.take().limit(100);
    log.addWithBuffer(frame);
    assertThat(log.transferOwnership(frame)).isFalse();
    frame.putInt(0, 42);
    assertThat(unacknowledged().get(3).getInt()).isZero();
  }

  @Test
  void aLowerNumberIsIgnored() {
    log.acknowledge(2);
    assertThat(log.acknowledge(1)).isTrue();
    assertThat(log.acknowledge(0)).isTrue();
    assertThat(log.acknowledged()).isEqualTo(2);
    assertThat(unacknowledged()).hasSize(1);
  }

  @Test
  void framesThatWereNeverSentCannotBeAcknowledged() {
    assertThat(log.acknowledge(4)).isFalse();
    assertThat(log.acknowledge(-1)).as("2^64 - 1").isFalse();
    assertThat(log.acknowledge(Long.MIN_VALUE)).as("2^63").isFalse();
    assertThat(unacknowledged()).hasSize(3);
  }

  @Test
  void onlyFramesThatAreStillKeptCanBeSentAgain() {
    log.acknowledge(2);
    assertThat(log.covers(1)).isFalse();
    assertThat(log.covers(2)).isTrue();
    assertThat(log.covers(3)).isTrue();
    assertThat(log.covers(4)).isFalse();
  }

  @Test
  void payloadIsCountedForEachSocketAndOtherFramesAreSkipped() {
    add(new DaemonFrame.TcpRecv(0, 7, ByteBuffer.wrap(new byte[5])));
    assertThat(log.payloadBytes()).containsOnlyKeys(7).containsEntry(7, 15L);
  }

  @Test
  void payloadOfAnEarlierSocketWithTheSameIdDoesNotCount() {
    add(new DaemonFrame.TcpClosed(0, 7, 0));
    add(new DaemonFrame.TcpConnected(2, 7, 0));
    add(new DaemonFrame.TcpRecv(0, 7, ByteBuffer.wrap(new byte[3])));
    assertThat(log.payloadBytes()).containsEntry(7, 3L);
  }

  @Test
  void framesAreSentAgainAsTheyWere() {
    assertThat(unacknowledged())
        .containsExactly(
            FrameWriter.write(new DaemonFrame.TcpConnected(1, 7, 0), 0),
            FrameWriter.write(new DaemonFrame.TcpRecv(0, 7, ByteBuffer.wrap(new byte[10])), 0),
            FrameWriter.write(new DaemonFrame.RangeCancel(5), 0));
  }

  @Test
  void aFrameThatIsAcknowledgedWhileOthersAreSentAgainIsSkipped() {
    ReplayLog.Replay replay = log.replay();
    assertThat(replay.nextBytes()).isPositive();
    log.acknowledge(2);
    assertThat(replay.next(ByteBuffer.allocate(100))).isFalse();
    assertThat(replay.nextBytes()).as("the last one").isEqualTo(8);
  }

  @Test
  void itsMemoryIsReleasedWithItsFrames() {
    assertThat(budget.used()).isPositive();
    log.acknowledge(3);
    assertThat(budget.used()).isZero();
    add(new DaemonFrame.RangeCancel(6));
    log.close();
    add(new DaemonFrame.RangeCancel(7));
    assertThat(budget.used()).isZero();
    assertThat(unacknowledged()).isEmpty();
  }

  @Test
  void itIsFullWhileThereIsNoMemoryForAnotherFrame() {
    log.acknowledge(3);
    MemoryAccount others = budget.open(Share.RESERVED);
    others.take(MemoryUse.BODIES, MEMORY);
    assertThat(log.isFull()).isTrue();
    assertThat(woken).hasValue(0);
    others.release(MemoryUse.BODIES, MEMORY);
    assertThat(woken).hasValue(1);
    assertThat(log.isFull()).isFalse();
  }
}
