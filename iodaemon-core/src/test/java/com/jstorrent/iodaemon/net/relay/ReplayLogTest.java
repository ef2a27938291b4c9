package com.jstorrent.iodaemon.net.relay;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.frame.FrameWriter;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** PROTOCOL.md § 9.3: which frames are kept, and how they are counted. */
class ReplayLogTest {
  private final ReplayLog log = new ReplayLog(100);

  @BeforeEach
  void threeFrames() {
    add(new DaemonFrame.TcpConnected(1, 7, 0));
    add(new DaemonFrame.TcpRecv(0, 7, ByteBuffer.wrap(new byte[10])));
    add(new DaemonFrame.RangeCancel(5));
  }

  private void add(DaemonFrame frame) {
    log.add(FrameWriter.write(frame, 0));
  }

  @Test
  void anAcknowledgementDropsTheFramesThatItCovers() {
    long before = log.bytes();
    assertThat(log.acknowledge(2)).isTrue();
    assertThat(log.unacknowledged()).hasSize(1);
    assertThat(log.bytes()).isLessThan(before).isEqualTo(8);
  }

  @Test
  void aLowerNumberIsIgnored() {
    log.acknowledge(2);
    assertThat(log.acknowledge(1)).isTrue();
    assertThat(log.acknowledge(0)).isTrue();
    assertThat(log.acknowledged()).isEqualTo(2);
    assertThat(log.unacknowledged()).hasSize(1);
  }

  @Test
  void framesThatWereNeverSentCannotBeAcknowledged() {
    assertThat(log.acknowledge(4)).isFalse();
    assertThat(log.acknowledge(-1)).as("2^64 - 1").isFalse();
    assertThat(log.acknowledge(Long.MIN_VALUE)).as("2^63").isFalse();
    assertThat(log.unacknowledged()).hasSize(3);
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
}
