package com.jstorrent.iodaemon.net.stream;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.transport.BufferPool;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class SendQueueTest {

  /** Accepts as many bytes as it has room for, like a socket. */
  private static final class Channel implements SendQueue.Sink {
    private final ByteArrayOutputStream taken = new ByteArrayOutputStream();
    private int room;

    @Override
    public int write(ByteBuffer from) {
      byte[] part = new byte[Math.min(room, from.remaining())];
      from.get(part);
      taken.writeBytes(part);
      room -= part.length;
      return part.length;
    }
  }

  @RepeatedTest(50)
  void bytesComeOutInOrderForPortionsOfAnySize() throws Exception {
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    SendQueue queue = new SendQueue(new BufferPool(Limits.SEGMENT_BYTES, Limits.IDLE_SEGMENTS));
    Channel channel = new Channel();
    ByteArrayOutputStream expected = new ByteArrayOutputStream();
    for (int i = 0; i < 200 || !queue.isEmpty(); i++) {
      if (i < 200) {
        byte[] data = new byte[random.nextInt(1, random.nextBoolean() ? 100 : 300_000)];
        random.nextBytes(data);
        expected.writeBytes(data);
        queue.add(ByteBuffer.wrap(data));
      }
      channel.room = random.nextInt(400_000);
      long before = queue.bytes();
      long written = queue.writeTo(channel);
      assertThat(queue.bytes()).as("seed %d", seed).isEqualTo(before - written);
    }
    assertThat(queue.bytes()).isZero();
    assertThat(channel.taken.toByteArray()).as("seed %d", seed).isEqualTo(expected.toByteArray());
  }

  @Test
  void oneWriteIsBoundedSoThatTheLockIsReleased() throws Exception {
    SendQueue queue = new SendQueue(new BufferPool(Limits.SEGMENT_BYTES, Limits.IDLE_SEGMENTS));
    queue.add(ByteBuffer.allocate(8 << 20));
    Channel channel = new Channel();
    channel.room = Integer.MAX_VALUE;
    assertThat(queue.writeTo(channel)).isLessThanOrEqualTo((1 << 20) + Limits.SEGMENT_BYTES);
  }

  @Test
  void clearingDiscardsEverything() {
    SendQueue queue = new SendQueue(new BufferPool(Limits.SEGMENT_BYTES, Limits.IDLE_SEGMENTS));
    queue.add(ByteBuffer.allocate(100_000));
    assertThat(queue.clear()).isEqualTo(100_000);
    assertThat(queue.isEmpty()).isTrue();
    assertThat(queue.bytes()).isZero();
  }
}
