package com.jstorrent.iodaemon.net.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.channels.SelectionKey;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A loop whose thread lasts, with one channel: the source of a pipe. */
@Timeout(600)
class SelectorLoopTest {
  private final BlockingQueue<String> events = new LinkedBlockingQueue<>();
  private volatile boolean paused;
  private SelectorLoop loop;
  private Pipe pipe;
  private Thread runner;

  @BeforeEach
  void start() throws IOException {
    loop = new SelectorLoop();
    pipe = Pipe.open();
    pipe.source().configureBlocking(false);
    runner = Thread.ofPlatform().start(this::run);
  }

  @AfterEach
  void stop() throws Exception {
    loop.end();
    runner.join();
    loop.close();
    pipe.sink().close();
    pipe.source().close();
  }

  private void run() {
    try {
      loop.run(new LastingLoopHandler(() -> paused));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private void read(SelectionKey key) {
    try {
      int count = pipe.source().read(ByteBuffer.allocate(100));
      events.add("read " + count);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private void register() throws InterruptedException {
    CountDownLatch done = new CountDownLatch(1);
    loop.post(
        () -> {
          loop.register(pipe.source(), SelectionKey.OP_READ, this::read);
          done.countDown();
        });
    done.await();
  }

  private void write(int count) throws IOException {
    pipe.sink().write(ByteBuffer.allocate(count));
  }

  private String nextEvent() throws InterruptedException {
    return events.poll(60, TimeUnit.SECONDS);
  }

  @Test
  void aChannelIsServedByTheObjectRegisteredWithIt() throws Exception {
    register();
    write(3);
    assertThat(nextEvent()).isEqualTo("read 3");
  }

  @Test
  void tasksRunOnTheLoopsThreadInTheOrderOfPosting() throws Exception {
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      int number = i;
      loop.post(() -> order.add(Thread.currentThread() == runner ? number : -1));
    }
    loop.post(() -> events.add("done"));
    assertThat(nextEvent()).isEqualTo("done");
    assertThat(order).hasSize(1000).isSorted().doesNotContain(-1);
  }

  @Test
  void whileItIsPausedTasksRunAndChannelsWait() throws Exception {
    register();
    paused = true;
    loop.wakeUp();
    write(3);
    for (int i = 0; i < 10; i++) {
      loop.post(() -> events.add("task"));
      assertThat(nextEvent()).isEqualTo("task");
    }
    loop.post(() -> paused = false);
    assertThat(nextEvent()).isEqualTo("read 3");
  }

  @Test
  void aCancelledChannelIsDeregisteredSoThatItsDescriptorIsFreed() throws Exception {
    register();
    loop.cancel(pipe.source());
    while (pipe.source().isRegistered()) { // until the loop has gone round
      CountDownLatch round = new CountDownLatch(1);
      loop.post(round::countDown);
      round.await();
    }
    write(3);
    loop.post(() -> events.add("task"));
    assertThat(nextEvent()).isEqualTo("task");
  }

  @Test
  void aClosedChannelIsNotRegistered() throws Exception {
    pipe.source().close();
    loop.post(
        () -> events.add(
            "registered: " + loop.register(pipe.source(), SelectionKey.OP_READ, this::read)));
    assertThat(nextEvent()).isEqualTo("registered: null");
  }

  @Test
  void tasksPostedBeforeTheEndRunFirst() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    loop.post(
        () -> {
          try {
            go.await();
          } catch (InterruptedException e) {
            throw new AssertionError(e);
          }
        });
    loop.post(() -> events.add("before"));
    loop.end();
    go.countDown();
    runner.join();
    assertThat(events).containsExactly("before");
  }

  @Test
  void aTaskPostedAfterTheEndRunsOnThePostingThread() throws Exception {
    loop.end();
    runner.join();
    loop.post(() -> events.add("left over by " + Thread.currentThread().threadId()));
    assertThat(events).as("nothing is released before the loop is closed").isEmpty();
    loop.close();
    loop.post(() -> events.add("late"));
    assertThat(events)
        .containsExactly("left over by " + Thread.currentThread().threadId(), "late");
  }

  @Test
  void aDefectInOneRemainingTaskDoesNotKeepOthersFromRunning() throws Exception {
    loop.end();
    runner.join();
    loop.post(
        () -> {
          throw new IllegalStateException("a defect");
        });
    loop.post(() -> events.add("released"));
    loop.close();
    assertThat(events).containsExactly("released");
  }
}
