package com.jstorrent.iodaemon.ws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.memory.MemoryBudget;
import com.jstorrent.iodaemon.stats.live.Stats;
import com.jstorrent.iodaemon.testkit.time.ManualClock;
import com.jstorrent.iodaemon.transport.BufferPool;
import com.jstorrent.iodaemon.transport.DaemonMemory;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import org.junit.jupiter.api.Test;

class UnflushedFramesTest {
  private static final long PLENTY = 1L << 30;

  @Test
  void whatAnEndedConnectionHasNotWrittenGivesItsBufferBack() throws Exception {
    ManualClock clock = new ManualClock();
    DaemonMemory memory =
        new DaemonMemory(
            new MemoryBudget(PLENTY, PLENTY, new Stats(), clock),
            new BufferPool(Limits.FRAME_BUFFER_BYTES, 1),
            new BufferPool(Limits.SEGMENT_BYTES, 1));
    SocketChannel channel = SocketChannel.open();
    WebSocketConnection connection =
        new WebSocketConnection(channel, memory, Limits.DEFAULT, clock);
    int headroom = connection.headroom();
    connection.send(ByteBuffer.allocate(headroom + 100).position(headroom));
    assertThat(memory.segments().inUse()).as("for the next flush").isEqualTo(1);
    channel.close();
    assertThatThrownBy(connection::flush).isInstanceOf(ClosedChannelException.class);
    assertThat(memory.segments().inUse()).isZero();
  }
}
