package com.jstorrent.iodaemon.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.jstorrent.iodaemon.testkit.TestDaemon;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The bound of unread data, with credit and without. */
@Timeout(120)
class ReceiveBufferTest {
  private static final int WINDOW = 10;

  private static int read(ReceiveBuffer buffer, int bytes) throws IOException {
    return buffer.read(ByteBuffer.allocate(bytes), CallTimeout.of("Reading", Duration.ZERO));
  }

  /** What a thread does until the test lets it go on. */
  private interface Waiting {
    void begin() throws IOException, InterruptedException;
  }

  /** Runs this on another thread, and returns when that thread is waiting. */
  private static Thread start(Waiting waiting) {
    Thread thread =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    waiting.begin();
                  } catch (IOException e) {
                    // The test is over.
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                });
    TestDaemon.await("the thread waits", () -> thread.getState() == Thread.State.WAITING);
    return thread;
  }

  private static ReceivedData data(int bytes) {
    return data(bytes, () -> {});
  }

  private static ReceivedData data(int bytes, Runnable release) {
    return new ReceivedData(ByteBuffer.allocate(bytes), release);
  }

  /** Adds to a full buffer. */
  private static Thread blocked(ReceiveBuffer buffer) throws InterruptedException {
    buffer.add(data(WINDOW));
    return start(() -> buffer.add(data(1)));
  }

  @Test
  void withoutCreditAFullBufferBlocksUntilItIsRead() throws Exception {
    ReceiveBuffer buffer = new ReceiveBuffer(WINDOW, WINDOW, null);
    Thread adding = blocked(buffer);
    assertThat(read(buffer, 1)).isEqualTo(1);
    adding.join();
    assertThat(buffer.available()).isEqualTo(WINDOW);
  }

  @Test
  void aReaderWaitsForAnotherOneNoLongerThanItsLimit() throws Exception {
    ReceiveBuffer buffer = new ReceiveBuffer(WINDOW, WINDOW, null);
    Thread other = start(() -> read(buffer, 1));
    CallTimeout timeout = CallTimeout.of("Reading", Duration.ofMillis(1));
    assertThatThrownBy(() -> buffer.read(ByteBuffer.allocate(1), timeout))
        .isInstanceOf(SocketTimeoutException.class)
        .hasMessage("Reading took too long.");
    buffer.end();
    other.join();
  }

  @Test
  void aReaderThatWaitsForAnotherOneCanBeInterrupted() throws Exception {
    ReceiveBuffer buffer = new ReceiveBuffer(WINDOW, WINDOW, null);
    Thread other = start(() -> read(buffer, 1));
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> read(buffer, 1)).isInstanceOf(InterruptedIOException.class);
    assertThat(Thread.interrupted()).isTrue();
    buffer.end();
    other.join();
  }

  @Test
  void theEndOfASocketEndsTheWaitForRoom() throws Exception {
    ReceiveBuffer ended = new ReceiveBuffer(WINDOW, WINDOW, null);
    Thread adding = blocked(ended);
    ended.end(() -> new IOException("lost"));
    adding.join();
    ReceiveBuffer closed = new ReceiveBuffer(WINDOW, WINDOW, null);
    Thread other = blocked(closed);
    closed.discard();
    other.join();
  }

  @Test
  void withCreditNothingBlocksAndGrantsAddUpToWhatWasTaken() throws Exception {
    List<Integer> grants = new ArrayList<>();
    ReceiveBuffer buffer = new ReceiveBuffer(WINDOW, WINDOW, grants::add);
    buffer.add(data(WINDOW));
    buffer.add(data(WINDOW));
    assertThat(read(buffer, 4)).isEqualTo(4);
    assertThat(grants).isEmpty();
    assertThat(read(buffer, 3)).isEqualTo(3);
    buffer.drop();
    assertThat(grants).containsExactly(7, 13);
    buffer.end();
    assertThat(read(buffer, 1)).isEqualTo(-1);
  }

  @Test
  void theWindowGrowsWhileTheApplicationKeepsUp() throws Exception {
    List<Integer> grants = new ArrayList<>();
    ReceiveBuffer buffer = new ReceiveBuffer(WINDOW, 35, grants::add);
    buffer.add(data(WINDOW));
    read(buffer, 6);
    assertThat(grants).as("4 bytes are left").containsExactly(6);
    buffer.add(data(6));
    read(buffer, WINDOW);
    assertThat(grants).as("to 20").containsExactly(6, 10 + 10);
    buffer.add(data(20));
    read(buffer, 20);
    assertThat(grants).as("to the largest").containsExactly(6, 20, 20 + 15);
    buffer.add(data(35));
    read(buffer, 35);
    assertThat(grants).containsExactly(6, 20, 35, 35);
  }

  @Test
  void memoryIsReleasedOnceWhenItWasReadOrIsUnwanted() throws Exception {
    List<String> released = new ArrayList<>();
    ReceiveBuffer buffer = new ReceiveBuffer(WINDOW, WINDOW, bytes -> {});
    buffer.add(data(0, () -> released.add("empty")));
    buffer.add(data(2, () -> released.add("read")));
    buffer.add(data(2, () -> released.add("begun")));
    buffer.add(data(2, () -> released.add("waiting")));
    assertThat(read(buffer, 3)).isEqualTo(3);
    assertThat(released).containsExactly("empty", "read");
    buffer.discard();
    buffer.add(data(2, () -> released.add("late")));
    assertThat(released).containsExactly("empty", "read", "begun", "waiting", "late");
  }

  @Test
  void whatIsDroppedWhileItIsReadIsReleasedByTheReader() throws Exception {
    List<String> released = new ArrayList<>();
    ReceiveBuffer buffer = new ReceiveBuffer(WINDOW, WINDOW, bytes -> {});
    buffer.add(
        data(
            1,
            () -> { // the reader is about to copy the second part
              buffer.drop();
              released.add("dropped");
            }));
    buffer.add(data(1, () -> released.add("second")));
    buffer.add(data(1, () -> released.add("third")));
    assertThat(read(buffer, 3)).isEqualTo(2);
    assertThat(released).containsExactly("third", "dropped", "second");
  }

  @Test
  void manySmallPartsArePutTogetherAndComeInOrder() throws Exception {
    ReceiveBuffer buffer = new ReceiveBuffer(1 << 20, 1 << 20, granted -> {});
    List<Integer> released = new ArrayList<>();
    int count = 20_000;
    for (int i = 0; i < count; i++) {
      int number = i;
      ByteBuffer one = ByteBuffer.allocate(1).put(0, (byte) i);
      buffer.add(new ReceivedData(one, () -> released.add(number)));
    }
    assertThat(released).as("copied").hasSizeGreaterThan(count - 100);
    assertThat(buffer.available()).isEqualTo(count);
    buffer.add(data(2000)); // not small
    ByteBuffer all = ByteBuffer.allocate(count);
    while (all.hasRemaining()) {
      int read = buffer.read(all, CallTimeout.of("Reading", Duration.ZERO));
      assertThat(read).isPositive();
      buffer.add(data(0));
    }
    for (int i = 0; i < count; i++) {
      assertThat(all.get(i)).isEqualTo((byte) i);
    }
    assertThat(read(buffer, 3000)).isEqualTo(2000);
    assertThat(released).hasSize(count).doesNotHaveDuplicates();
  }

  @Test
  void partsOfManySizesTakeLittleMoreThanTheirData() throws Exception {
    ReceiveBuffer buffer = new ReceiveBuffer(1 << 20, 1 << 20, granted -> {});
    AtomicInteger released = new AtomicInteger();
    int pairs = 400;
    for (int i = 0; i < pairs; i++) {
      buffer.add(data(1, released::incrementAndGet));
      buffer.add(data(1025, released::incrementAndGet));
    }
    assertThat(released.get()).as("copied to what others share").isGreaterThan(pairs * 3 / 2);
    assertThat(read(buffer, 2000)).isEqualTo(2000);
    assertThat(buffer.available()).isEqualTo(pairs * 1026 - 2000);
  }
}
