package com.jstorrent.iodaemon.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.jstorrent.iodaemon.failure.FailureCode;
import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.testkit.TestDaemon;
import com.jstorrent.iodaemon.work.WorkerPool.Pending;
import com.jstorrent.iodaemon.work.WorkerPool.Priority;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A pool of one thread, which is blocked until the test has filled the queue. */
@Timeout(120)
class WorkerPoolTest {
  private static final int MAX_JOBS = 4096;
  private static final int HEAD_START = 64;

  private final WorkerPool pool = new WorkerPool("test", 1);
  private final CountDownLatch holdUp = new CountDownLatch(1);
  private final List<String> order = Collections.synchronizedList(new ArrayList<>());

  @AfterEach
  void stop() {
    holdUp.countDown();
    pool.close();
  }

  private Pending<String> holdUp() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    Pending<String> first =
        pool.begin(
            Priority.BULK,
            () -> {
              running.countDown();
              awaitUninterrupted(holdUp);
              return "first";
            });
    running.await();
    return first;
  }

  private static void awaitUninterrupted(CountDownLatch latch) {
    boolean interrupted = false;
    while (true) {
      try {
        latch.await();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private Pending<Boolean> note(Priority priority, String name) throws OperationFailure {
    return pool.begin(priority, () -> order.add(name));
  }

  @Test
  void anUrgentJobOvertakesQueuedBulkJobs() throws Exception {
    holdUp();
    List<Pending<?>> jobs = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      jobs.add(note(Priority.BULK, "bulk " + i));
    }
    jobs.add(note(Priority.URGENT, "urgent"));
    holdUp.countDown();
    for (Pending<?> job : jobs) {
      job.await();
    }
    assertThat(order.indexOf("urgent")).isLessThanOrEqualTo(100 - HEAD_START + 1);
    order.remove("urgent");
    assertThat(order)
        .as("bulk jobs keep their order")
        .isEqualTo(IntStream.range(0, 100).mapToObj(i -> "bulk " + i).toList());
  }

  @Test
  void anEndlessStreamOfUrgentJobsDoesNotStarveBulk() throws Exception {
    holdUp();
    Pending<Boolean> bulk = note(Priority.BULK, "bulk");
    AtomicInteger urgent = new AtomicInteger();
    AtomicBoolean over = new AtomicBoolean();
    for (int i = 0; i < 10; i++) {
      pool.begin(Priority.URGENT, () -> urgentForEver(urgent, over));
    }
    holdUp.countDown();
    bulk.await();
    int before = urgent.get();
    over.set(true);
    assertThat(before).as("urgent jobs that went first").isLessThan(10_000);
  }

  /** Queues another urgent job each time; gives up when the bulk job has waited far too long. */
  private Object urgentForEver(AtomicInteger count, AtomicBoolean over) throws OperationFailure {
    if (!order.contains("bulk") && !over.get() && count.incrementAndGet() < 10_000) {
      pool.begin(Priority.URGENT, () -> urgentForEver(count, over));
    }
    return count;
  }

  @Test
  void aFullQueueRefusesJobsUntilThereIsRoom() throws Exception {
    Pending<?> first = holdUp();
    List<Pending<?>> jobs = new ArrayList<>(List.of(first));
    while (jobs.size() < MAX_JOBS) {
      jobs.add(pool.begin(Priority.BULK, () -> null));
    }
    for (Priority priority : Priority.values()) {
      assertBusy(() -> pool.begin(priority, () -> null));
      assertBusy(() -> pool.call(priority, () -> null));
    }
    holdUp.countDown();
    for (Pending<?> job : jobs) {
      job.await();
    }
    assertThat(pool.<String>call(Priority.BULK, () -> "room again")).isEqualTo("room again");
  }

  private interface Attempt {
    void run() throws OperationFailure;
  }

  private static void assertBusy(Attempt attempt) {
    assertThatThrownBy(attempt::run)
        .isInstanceOfSatisfying(
            OperationFailure.class, e -> assertThat(e.code()).isEqualTo(FailureCode.EBUSY));
  }

  @Test
  void anExceptionReachesTheWaiterAndFreesThePermit() throws Exception {
    OperationFailure failure = new OperationFailure(FailureCode.EIO, "The disk is broken.");
    IllegalStateException defect = new IllegalStateException("a defect");
    Error error = new StackOverflowError();
    for (int i = 0; i <= MAX_JOBS; i++) {
      assertThat(thrownBy(() -> {
        throw failure;
      })).isSameAs(failure);
    }
    assertThat(thrownBy(() -> {
      throw defect;
    })).isSameAs(defect);
    assertThat(thrownBy(() -> {
      throw error;
    })).isSameAs(error);
    assertThat(pool.<Integer>call(Priority.URGENT, () -> 7)).as("the thread lives").isEqualTo(7);
  }

  private Throwable thrownBy(WorkerPool.Job<Object> job) {
    return catchThrowable(() -> pool.call(Priority.BULK, job));
  }

  @Test
  void anInterruptDoesNotEndTheWaitAndIsPreserved() throws Exception {
    Pending<String> job = holdUp();
    AtomicReference<Object> seen = new AtomicReference<>();
    Thread waiter =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    seen.set(job.await() + Thread.currentThread().isInterrupted());
                  } catch (OperationFailure e) {
                    seen.set(e);
                  }
                });
    TestDaemon.await("the waiter", () -> waiter.getState() == Thread.State.WAITING);
    waiter.interrupt();
    TestDaemon.await(
        "the interrupt's end",
        () -> !waiter.isInterrupted() && waiter.getState() == Thread.State.WAITING);
    holdUp.countDown();
    waiter.join();
    assertThat(seen.get()).isEqualTo("firsttrue");
  }

  @Test
  void closingFinishesRunningAndQueuedJobsAndRefusesOthers() throws Exception {
    Pending<String> running = holdUp();
    List<Pending<?>> jobs = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      jobs.add(note(Priority.BULK, "job"));
    }
    Thread closer = Thread.ofPlatform().start(pool::close);
    TestDaemon.await("the pool's end", this::refuses);
    holdUp.countDown();
    closer.join();
    assertThat(running.await()).isEqualTo("first");
    for (Pending<?> job : jobs) {
      assertThat(job.isDone()).isTrue();
    }
    assertThat(order).containsOnly("job").hasSizeGreaterThanOrEqualTo(10);
    assertBusy(() -> pool.begin(Priority.URGENT, () -> null));
  }

  private boolean refuses() {
    try {
      note(Priority.BULK, "job");
      return false;
    } catch (OperationFailure e) {
      return e.code() == FailureCode.EBUSY;
    }
  }

  @Test
  void closingFailsJobsThatCannotRunAnyMore() throws Exception {
    holdUp();
    Pending<Boolean> never = note(Priority.BULK, "never");
    AtomicReference<Throwable> told = new AtomicReference<>();
    Thread waiter =
        Thread.ofPlatform().daemon().start(() -> told.set(catchThrowable(never::await)));
    pool.close(); // its time limit ends while the first job still runs
    holdUp.countDown();
    TestDaemon.await("the waiter's end", () -> !waiter.isAlive());
    assertThat(told.get())
        .as("the job ran late, or its waiter got the failure")
        .satisfiesAnyOf(
            nothing -> assertThat(order).containsExactly("never"),
            failure -> assertThat(failure).isInstanceOf(OperationFailure.class));
  }

  @Test
  void aSystemWithoutThreadsRefusesJobsAndLosesNoPlace() throws Exception {
    AtomicBoolean exhausted = new AtomicBoolean(true);
    ThreadFactory factory =
        task -> {
          if (exhausted.get()) {
            throw new OutOfMemoryError("unable to create native thread, for the test");
          }
          return new Thread(task);
        };
    try (WorkerPool starved = new WorkerPool(1, factory, () -> 0, (waited, ran) -> {})) {
      for (int i = 0; i < 2 * MAX_JOBS; i++) {
        assertThatThrownBy(() -> starved.begin(Priority.BULK, () -> "never"))
            .isInstanceOfSatisfying(
                OperationFailure.class, e -> assertThat(e.code()).isEqualTo(FailureCode.EBUSY));
      }
      exhausted.set(false);
      assertThat(starved.begin(Priority.BULK, () -> "done").await()).isEqualTo("done");
    }
  }

  @Test
  void aThreadThatIsThereDoesTheJobsForWhichNoOtherCanBeStarted() throws Exception {
    AtomicBoolean exhausted = new AtomicBoolean();
    ThreadFactory factory =
        task -> {
          if (exhausted.getAndSet(true)) {
            throw new OutOfMemoryError("unable to create native thread, for the test");
          }
          return new Thread(task);
        };
    try (WorkerPool small = new WorkerPool(8, factory, () -> 0, (waited, ran) -> {})) {
      for (int i = 0; i < 100; i++) {
        assertThat(small.begin(Priority.BULK, () -> "done").await()).isEqualTo("done");
      }
    }
  }
}
