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
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** PROTOCOL.md § 4.8: a peer's bytes become a frame where they were read, and small ones pass soon. */
class InboundFrameTest {
  private static final int HEADROOM = 10;
  private static final long MEMORY = 16 << 20;
  private static final int BESIDE_SMALL = 32 << 10;
  private static final Duration MEMORY_OF_SMALL = Duration.ofMillis(5);
  private static final Duration INSTANT = Duration.ofNanos(1);

  private final ManualClock clock = new ManualClock();
  private final BufferPool pool = new BufferPool(Limits.FRAME_BUFFER_BYTES, 4);
  private final MemoryBudget budget = new MemoryBudget(MEMORY, MEMORY, new Stats(), clock);
  private final MemoryAccount memory = budget.open(Share.FAIR);
  private final InboundFrame inbound = new InboundFrame(pool, memory, clock, HEADROOM);

  @Test
  void whatWasReadStandsBehindItsHeader() {
    byte[] data = {1, 2, 3, 4, 5};
    inbound.room(100).put(data);
    ByteBuffer frame = inbound.tcpRecv(7, data.length);
    assertThat(frame.position()).isEqualTo(HEADROOM);
    assertThat(frame.duplicate())
        .isEqualTo(FrameWriter.write(new DaemonFrame.TcpRecv(0, 7, ByteBuffer.wrap(data)), 0));
  }

  @Test
  void thereIsRoomForAsManyBytesAsAreWanted() {
    assertThat(inbound.room(100).remaining()).isEqualTo(100);
    assertThat(inbound.room(Limits.RECV_DATA_BYTES).remaining()).isEqualTo(Limits.RECV_DATA_BYTES);
    assertThat(inbound.scratch().remaining()).isEqualTo(Limits.FRAME_BUFFER_BYTES);
  }

  @Test
  void readsAreShorterForAWhileAfterASmallFrame() {
    assertThat(inbound.mostBytes()).isEqualTo(Limits.RECV_DATA_BYTES);
    inbound.tcpRecv(7, Limits.SMALL_FRAME_BYTES - 1);
    assertThat(inbound.mostBytes()).isEqualTo(BESIDE_SMALL);
    clock.advance(MEMORY_OF_SMALL.minus(INSTANT));
    assertThat(inbound.mostBytes()).isEqualTo(BESIDE_SMALL);
    clock.advance(INSTANT);
    assertThat(inbound.mostBytes()).isEqualTo(Limits.RECV_DATA_BYTES);
  }

  @Test
  void aLargeFrameMakesNoReadShorter() {
    inbound.tcpRecv(7, Limits.SMALL_FRAME_BYTES);
    assertThat(inbound.mostBytes()).isEqualTo(Limits.RECV_DATA_BYTES);
  }

  @Test
  void theBufferIsKeptForTheNextRoundUnlessMemoryIsShort() {
    ByteBuffer frame = inbound.buffer();
    inbound.roundOver();
    assertThat(inbound.buffer()).isSameAs(frame);
    assertThat(memory.held(MemoryUse.FRAMES)).isEqualTo(Limits.FRAME_BUFFER_BYTES);

    memory.take(MemoryUse.PEER_QUEUES, MEMORY);
    inbound.roundOver();
    assertThat(memory.held(MemoryUse.FRAMES)).isZero();
    assertThat(pool.take()).isSameAs(frame);
  }

  @Test
  void bothBuffersGoBackToThePoolOnce() {
    ByteBuffer frame = inbound.buffer();
    ByteBuffer scratch = inbound.scratch();
    assertThat(frame).isNotSameAs(scratch);
    inbound.release();
    inbound.release();
    // the pool gives the last one first
    assertThat(pool.take()).isSameAs(scratch);
    assertThat(pool.take()).isSameAs(frame);
    assertThat(pool.take()).isNotSameAs(scratch).isNotSameAs(frame);
  }

  @Test
  void whatWasReleasedIsNotWrittenToAnyMore() {
    inbound.buffer();
    inbound.release();
    ByteBuffer taken = pool.take();
    assertThat(inbound.buffer()).isNotSameAs(taken);
  }

  @Test
  void whileMemoryIsShortReadsAreShortAndTakeNone() {
    memory.take(MemoryUse.PEER_QUEUES, MEMORY);
    assertThat(inbound.mostBytes()).isEqualTo(16 << 10);
    byte[] data = {1, 2, 3};
    inbound.room(inbound.mostBytes()).put(data);
    assertThat(inbound.tcpRecv(7, data.length).duplicate())
        .isEqualTo(FrameWriter.write(new DaemonFrame.TcpRecv(0, 7, ByteBuffer.wrap(data)), 0));
    assertThat(memory.held(MemoryUse.FRAMES)).isZero();
    inbound.release();
    memory.release(MemoryUse.PEER_QUEUES, MEMORY);
    clock.advance(MEMORY_OF_SMALL);
    assertThat(inbound.mostBytes()).isEqualTo(Limits.RECV_DATA_BYTES);
    assertThat(inbound.room(inbound.mostBytes()).remaining()).isEqualTo(Limits.RECV_DATA_BYTES);
    assertThat(memory.held(MemoryUse.FRAMES)).isEqualTo(Limits.FRAME_BUFFER_BYTES);
  }

  @Test
  void framesThatAreSentTogetherHaveBuffersOfTheirOwn() {
    Set<ByteBuffer> buffers = Collections.newSetFromMap(new IdentityHashMap<>());
    do {
      buffers.add(inbound.room(1));
    } while (inbound.another(InboundFrame.GATHERED_DATA_BYTES));
    assertThat(buffers).hasSize(InboundFrame.GATHERED_FRAMES);
    assertThat(memory.held(MemoryUse.FRAMES))
        .isEqualTo((long) InboundFrame.GATHERED_FRAMES * Limits.FRAME_BUFFER_BYTES);
    inbound.sent(frame -> false);
    assertThat(buffers).contains(inbound.room(1));
    inbound.release();
    assertThat(memory.held(MemoryUse.FRAMES)).isZero();
  }

  @Test
  void aBufferThatIsKeptWithItsFrameIsNotUsedAgain() {
    List<ByteBuffer> sent = new ArrayList<>();
    do {
      inbound.room(1);
      sent.add(inbound.tcpRecv(7, 1));
    } while (inbound.another(InboundFrame.GATHERED_DATA_BYTES));
    ByteBuffer kept = sent.getFirst();
    inbound.sent(frame -> frame == kept);
    assertThat(memory.held(MemoryUse.FRAMES))
        .isEqualTo((sent.size() - 1L) * Limits.FRAME_BUFFER_BYTES);
    assertThat(inbound.room(1)).isNotSameAs(kept);
    inbound.release();
    assertThat(Stream.generate(pool::take).limit(sent.size())).noneMatch(taken -> taken == kept);
  }

  @Test
  void onlyFramesThatWereBuiltAreAskedFor() {
    inbound.room(1);
    inbound.tcpRecv(7, 1);
    inbound.sent(frame -> false);
    inbound.sent(
        frame -> {
          throw new AssertionError("It was sent before.");
        });
  }

  @Test
  void besideSmallFramesNoneWaitsForAnother() {
    inbound.tcpRecv(7, Limits.SMALL_FRAME_BYTES - 1);
    assertThat(inbound.another(InboundFrame.GATHERED_DATA_BYTES)).isFalse();
    clock.advance(MEMORY_OF_SMALL);
    assertThat(inbound.another(InboundFrame.GATHERED_DATA_BYTES)).isTrue();
  }

  @Test
  void whileMemoryIsShortNoneWaitsForAnother() {
    inbound.room(1);
    memory.take(MemoryUse.PEER_QUEUES, MEMORY);
    assertThat(inbound.another(InboundFrame.GATHERED_DATA_BYTES)).isFalse();
  }
}
