package com.jstorrent.iodaemon.file;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import com.jstorrent.iodaemon.config.DownloadRoot;
import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.stats.RootStatus;
import com.jstorrent.iodaemon.stats.live.Stats;
import com.jstorrent.iodaemon.time.MonotonicClock;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.FileSystem;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** PROTOCOL.md § 3, ROOTS_CHANGED: clients are told when a root comes, goes or is replaced. */
class RootWatchTest {
  private static final long TIMEOUT_SECONDS = 60;
  private static final Duration INTERVAL = Duration.ofSeconds(3);

  @TempDir
  Path folder;

  private final BlockingQueue<List<RootStatus>> told = new LinkedBlockingQueue<>();
  private final ByHand timer = new ByHand();
  private Path first;
  private DownloadRoots roots;
  private FileService files;
  private RootWatch watch;

  /** A clock whose tasks are run by the test. */
  private static final class ByHand implements MonotonicClock {
    private final BlockingQueue<Runnable> planned = new LinkedBlockingQueue<>();

    @Override
    public long nanoTime() {
      return 0;
    }

    @Override
    public void park(long nanos) {
      throw new AssertionError("A check must be scheduled, not waited for.");
    }

    @Override
    public Scheduled schedule(Duration delay, Runnable task) {
      assertThat(delay).isEqualTo(INTERVAL);
      planned.add(task);
      return () -> planned.remove(task);
    }

    @Override
    public Scheduled scheduleWithFixedDelay(Duration pause, Runnable task) {
      throw new AssertionError("A check may take longer than the pause.");
    }

    /** Waits for the end of a check, which schedules the next one. */
    Runnable next() throws InterruptedException {
      Runnable task = planned.poll(TIMEOUT_SECONDS, TimeUnit.SECONDS);
      if (task == null) {
        throw new AssertionError("No check was scheduled.");
      }
      return task;
    }

    @Override
    public void close() {}
  }

  @BeforeEach
  void start() throws IOException {
    first = Files.createDirectory(folder.resolve("first"));
    watch(DownloadRoot.of("a", first), DownloadRoot.of("b", folder));
  }

  private void watch(DownloadRoot... initial) {
    roots = new DownloadRoots(List.of(initial));
    files = new FileService(roots, 10, new Stats());
    watch = new RootWatch(files.folders(), INTERVAL, timer);
    roots.onReplaced(watch::checkInBackground);
  }

  @AfterEach
  void stop() {
    files.close();
  }

  /** Lets the interval pass, and waits for the end of the check that follows. */
  private Runnable pass(Runnable due) throws InterruptedException {
    due.run();
    return timer.next();
  }

  private void assertTold(String... expected) {
    assertThat(told.remove())
        .extracting(root -> root.root().key() + (root.available() ? "+" : "-"))
        .containsExactly(expected);
    assertThat(told).isEmpty();
  }

  @Test
  void aRootThatGoesAndComesBackIsReportedOnceEachTime() throws Exception {
    watch.begin(watch.current(), told::add);
    Runnable due = pass(timer.next());
    assertThat(told).as("nothing has changed").isEmpty();
    Files.delete(first);
    due = pass(pass(due));
    assertTold("a-", "b+");
    Files.createDirectory(first);
    pass(pass(due));
    assertTold("a+", "b+");
  }

  @Test
  void aRootThatBecomesAFileIsUnavailable() throws Exception {
    watch.begin(watch.current(), told::add);
    Runnable due = timer.next();
    Files.delete(first);
    Files.createFile(first);
    pass(due);
    assertTold("a-", "b+");
  }

  /** Such as a network disk whose server is gone; the root may even have been removed for that. */
  @Test
  void aRootWhoseDiskDoesNotAnswerDoesNotHoldUpTheReport() throws Exception {
    files.close();
    CountDownLatch disk = new CountDownLatch(1);
    DownloadRoot here = DownloadRoot.of("a", first);
    watch(here, DownloadRoot.of("h", onDisk(disk)));
    try {
      watch.begin(watch.current(), told::add);
      timer.next();
      roots.replace(List.of(here));
      timer.next();
      assertTold("a+");
    } finally {
      disk.countDown();
    }
  }

  /** A path that cannot be resolved before the latch opens. */
  private Path onDisk(CountDownLatch disk) {
    return (Path) Proxy.newProxyInstance(
        getClass().getClassLoader(),
        new Class<?>[] {Path.class},
        (proxy, method, arguments) -> {
          switch (method.getName()) {
            case "equals" -> {
              return proxy == arguments[0];
            }
            case "toRealPath" -> disk.await();
            default -> {
            }
          }
          return method.invoke(folder, arguments);
        });
  }

  /** The roots may be reloaded between a client's authentication and the start of the watch. */
  @Test
  void aLateListenerIsToldWhatHasChangedMeanwhile() throws Exception {
    List<DownloadRoot> before = watch.current();
    roots.replace(List.of(DownloadRoot.of("c", first)));
    watch.begin(before, told::add);
    timer.next();
    assertTold("c+");
    watch.begin(before, told::add);
    timer.next();
    assertTold("c+");
    watch.begin(watch.current(), told::add);
    assertThat(told).as("one more client that is up to date").isEmpty();
  }

  @Test
  void aReplacedSetIsReportedAtOnce() throws Exception {
    watch.begin(watch.current(), told::add);
    timer.next();
    roots.replace(List.of(DownloadRoot.of("b", folder), DownloadRoot.of("c", first)));
    Runnable due = timer.next();
    assertTold("b+", "c+");
    roots.replace(roots.all());
    timer.next();
    assertThat(told).as("the same set").isEmpty();
    due.run(); // scheduled before the last check
    assertThat(timer.planned).isEmpty();
    roots.replace(List.of(new DownloadRoot("b", folder, "another name", true)));
    timer.next();
    assertTold("b+");
    roots.replace(List.of());
    timer.next();
    assertTold();
  }

  @Test
  void aDiskThatFillsUpAndIsEmptiedIsReported() throws Exception {
    files.close();
    Configuration disk =
        Configuration.unix()
            .toBuilder()
            .setMaxSize(Limits.ROOT_FULL_BYTES + (16 << 20))
            .setBlockSize(1 << 20)
            .build();
    try (FileSystem small = Jimfs.newFileSystem(disk)) {
      Path root = Files.createDirectory(small.getPath("/root"));
      watch(DownloadRoot.of("a", root));
      watch.begin(watch.current(), told::add);
      Runnable due = timer.next();
      Path file = Files.write(root.resolve("film"), new byte[8 << 20]);
      due = pass(due);
      assertThat(told).as("there is free space").isEmpty();
      Files.write(file, new byte[17 << 20]);
      due = pass(pass(due));
      List<RootStatus> full = told.remove();
      assertThat(full.getFirst().full()).isTrue();
      assertThat(full.getFirst().available()).isTrue();
      assertThat(told).isEmpty();
      Files.delete(file);
      pass(due);
      assertThat(told.remove().getFirst().full()).isFalse();
      assertThat(told).isEmpty();
    }
  }

  @Test
  void rootsAreNotCheckedWithoutAListener() throws Exception {
    files.close();
    AtomicInteger checks = new AtomicInteger();
    watch(DownloadRoot.of("a", seen(first, checks::incrementAndGet)));
    roots.replace(roots.all());
    assertThat(checks).hasValue(0);
    watch.begin(watch.current(), told::add);
    Runnable due = timer.next();
    assertThat(checks).hasValue(1);
    watch.end();
    due.run();
    roots.replace(roots.all());
    assertThat(timer.planned).isEmpty();
    watch.begin(watch.current(), told::add); // waits for any check in progress, and counts one more
    timer.next();
    assertThat(checks).hasValue(2);
    watch.end();
    assertThat(told).isEmpty();
  }

  @Test
  void aChangeDuringACheckIsReportedByTheNextCheckOnly() throws Exception {
    files.close();
    Semaphore asked = new Semaphore(0);
    Semaphore answer = new Semaphore(0);
    Path slow =
        seen(
            first,
            () -> {
              asked.release();
              answer.acquireUninterruptibly();
            });
    watch(DownloadRoot.of("slow", slow));
    watch.begin(watch.current(), told::add);
    assertThat(asked.tryAcquire(TIMEOUT_SECONDS, TimeUnit.SECONDS)).isTrue();
    roots.replace(List.of(DownloadRoot.of("b", folder)));
    watch.end();
    watch.begin(watch.current(), told::add);
    answer.release();
    timer.next();
    assertThat(told).as("the roots that were there before are no news").isEmpty();
    roots.replace(List.of(DownloadRoot.of("c", folder)));
    timer.next();
    assertTold("c+");
  }

  @Test
  void aDefectOfAFileSystemEndsOneCheckOnly() throws Exception {
    files.close();
    AtomicInteger checks = new AtomicInteger();
    Path sick =
        seen(
            first,
            () -> {
              if (checks.incrementAndGet() == 1) {
                throw new IllegalStateException("A file system has a defect.");
              }
            });
    watch(DownloadRoot.of("a", sick));
    watch.begin(watch.current(), told::add);
    Runnable due = pass(timer.next());
    Files.delete(first);
    pass(due);
    assertTold("a-");
  }

  /** The same folder, with a callback on each access. */
  private static Path seen(Path real, Runnable onCheck) {
    return (Path) Proxy.newProxyInstance(
        RootWatchTest.class.getClassLoader(),
        new Class<?>[] {Path.class},
        (proxy, method, arguments) -> {
          if (method.getName().equals("toRealPath")) {
            onCheck.run();
          }
          try {
            return method.invoke(real, arguments);
          } catch (InvocationTargetException e) {
            throw e.getCause();
          }
        });
  }
}
