package com.jstorrent.iodaemon.net.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.channels.SelectionKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A loop whose thread ends when there is nothing to do, with one channel: the source of a pipe. */
@Timeout(600)
class OnDemandLoopTest implements SelectorLoop.Handler {
  private static final Duration SHORT = Duration.ofMillis(1);
  private static final Duration FOR_EVER = Duration.ofDays(1);

  private final BlockingQueue<String> events = new LinkedBlockingQueue<>();
  private final BlockingQueue<Thread> gone = new LinkedBlockingQueue<>();
  private volatile boolean paused;
  private volatile boolean expecting = true;
  private SelectorLoop loop;
  private Pipe pipe;

  @BeforeEach
  void open() throws IOException {
    pipe = Pipe.open();
    pipe.source().configureBlocking(false);
    begin(SHORT);
  }

  private void begin(Duration idleTimeout) {
    loop = new SelectorLoop(() -> Thread.ofPlatform().start(this::run), idleTimeout);
  }

  @AfterEach
  void stop() throws Exception {
    CountDownLatch over = new CountDownLatch(1);
    loop.end();
    loop.post(over::countDown);
    over.await();
    pipe.sink().close();
    pipe.source().close();
  }

  private void run() {
    try {
      if (loop.run(this)) {
        loop.close();
      }
      gone.add(Thread.currentThread());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void bulkNext() {}

  @Override
  public void roundOver() {}

  @Override
  public long waitMillis() {
    return 0;
  }

  @Override
  public boolean paused() {
    return paused;
  }

  @Override
  public void idle() {
    events.add("idle");
  }

  @Override
  public boolean expectsChannels() {
    return expecting;
  }

  private String nextEvent() throws InterruptedException {
    return events.poll(60, TimeUnit.SECONDS);
  }

  /** A loop with a channel may be idle in between, as slow as the machine is. */
  private String nextButIdle() throws InterruptedException {
    String event;
    do {
      event = nextEvent();
    } while ("idle".equals(event));
    return event;
  }

  private void awaitThreadEnd() throws InterruptedException {
    assertThat(gone.poll(60, TimeUnit.SECONDS)).isNotNull();
  }

  private void onLoop(Runnable task) throws InterruptedException {
    CountDownLatch done = new CountDownLatch(1);
    loop.post(
        () -> {
          task.run();
          done.countDown();
        });
    done.await();
  }

  private void register() throws Exception {
    loop.open();
    onLoop(() -> loop.register(pipe.source(), SelectionKey.OP_READ, this::read));
  }

  private void read(SelectionKey key) {
    try {
      events.add("read " + pipe.source().read(ByteBuffer.allocate(100)));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private void write(int count) throws IOException {
    pipe.sink().write(ByteBuffer.allocate(count));
  }

  @Test
  void theThreadEndsWhenThereIsNothingToDoAndTheNextTaskStartsAnother() throws Exception {
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      loop.post(() -> threads.add(Thread.currentThread()));
      awaitThreadEnd();
      assertThat(nextEvent()).isEqualTo("idle");
    }
    assertThat(threads).doesNotHaveDuplicates().hasSize(3);
  }

  @Test
  void theThreadStaysWhileThereIsAChannel() throws Exception {
    register();
    assertThat(nextEvent()).isEqualTo("idle");
    write(3);
    assertThat(nextEvent()).isEqualTo("read 3");
    assertThat(nextEvent()).as("once for each time").isEqualTo("idle");
    assertThat(gone).isEmpty();
  }

  @Test
  void theThreadEndsWhenTheLastChannelIsClosed() throws Exception {
    register();
    onLoop(
        () -> {
          try {
            pipe.source().close(); // and nothing wakes the loop up
          } catch (IOException e) {
            throw new AssertionError(e);
          }
        });
    awaitThreadEnd();
  }

  @Test
  void aPausedLoopRestsAndServesItsChannelsAfterwards() throws Exception {
    paused = true;
    register();
    awaitThreadEnd();
    write(3);
    paused = false;
    loop.wakeUp();
    assertThat(nextButIdle()).isEqualTo("read 3");
  }

  @Test
  void aChannelThatIsCancelledDuringARestIsForgotten() throws Exception {
    paused = true;
    register();
    awaitThreadEnd();
    loop.cancel(pipe.source());
    awaitThreadEnd();
    assertThat(pipe.source().isRegistered()).isFalse();
  }

  @Test
  void theSelectorIsClosedWhenNoChannelIsExpectedAndCanBeOpenedAgain() throws Exception {
    register();
    expecting = false;
    loop.cancel(pipe.source());
    awaitThreadEnd();
    onLoop(
        () -> events.add(
            "registered: " + loop.register(pipe.source(), SelectionKey.OP_READ, this::read)));
    assertThat(nextButIdle()).isEqualTo("registered: null");
    expecting = true;
    register();
    write(3);
    assertThat(nextButIdle()).isEqualTo("read 3");
  }

  @Test
  void theSelectorStaysOpenWhileChannelsAreExpected() throws Exception {
    loop.open();
    loop.post(() -> {});
    awaitThreadEnd();
    onLoop(
        () -> assertThat(loop.register(pipe.source(), SelectionKey.OP_READ, this::read))
            .isNotNull());
    write(3);
    assertThat(nextButIdle()).isEqualTo("read 3");
  }

  @Test
  void noTaskIsLostOrOvertakenWhileThreadsComeAndGo() throws Exception {
    begin(Duration.ofNanos(1)); // the thread ends after every task
    int posters = 8;
    int each = 10_000;
    List<List<Integer>> seen = new ArrayList<>();
    List<Thread> posting = new ArrayList<>();
    CountDownLatch left = new CountDownLatch(posters * each);
    for (int p = 0; p < posters; p++) {
      List<Integer> own = new ArrayList<>(); // guarded by there being one thread at a time
      seen.add(own);
      posting.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    for (int i = 0; i < each; i++) {
                      int number = i;
                      loop.post(
                          () -> {
                            own.add(number);
                            left.countDown();
                          });
                    }
                  }));
    }
    assertThat(left.await(300, TimeUnit.SECONDS)).as("every task has run").isTrue();
    for (Thread poster : posting) {
      poster.join();
    }
    assertThat(seen).allSatisfy(own -> assertThat(own).hasSize(each).isSorted());
  }

  @Test
  void aTaskThatComesWhileTheThreadEndsIsNotLost() throws Exception {
    Duration idleTimeout = Duration.ofNanos(20_000);
    begin(idleTimeout);
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 10_000; i++) {
      CountDownLatch done = new CountDownLatch(1);
      loop.post(done::countDown);
      assertThat(done.await(300, TimeUnit.SECONDS)).as("task %d has run", i).isTrue();
      long pause = System.nanoTime() + random.nextLong(3 * idleTimeout.toNanos());
      while (System.nanoTime() < pause) {
        Thread.onSpinWait();
      }
    }
  }

  @Test
  void aTaskRunsOnThePostingThreadWhenNoThreadCanBeStarted() {
    SelectorLoop[] own = new SelectorLoop[1];
    own[0] = new SelectorLoop(() -> own[0].close(), FOR_EVER);
    own[0].post(() -> events.add("by " + Thread.currentThread().threadId()));
    own[0].post(() -> events.add("late"));
    assertThat(events)
        .containsExactly("by " + Thread.currentThread().threadId(), "late");
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aLoopThatRestsEndsOnAThreadOfItsOwn() throws Exception {
    loop.post(() -> {});
    awaitThreadEnd();
    CountDownLatch ended = new CountDownLatch(1);
    loop.post(() -> await(ended)); // else the thread could end again before the end
    loop.post(() -> events.add("before"));
    loop.end();
    ended.countDown();
    awaitThreadEnd();
    loop.post(() -> events.add("after, by " + Thread.currentThread().threadId()));
    assertThat(events)
        .contains("before", "after, by " + Thread.currentThread().threadId());
  }
}
