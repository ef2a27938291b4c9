package com.jstorrent.iodaemon.net.connect;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.testkit.time.ManualClock;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** PROTOCOL.md § 4.9: which attempt to connect is next, with a manual clock. */
@Timeout(600)
class ConnectTurnsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final ManualClock clock = new ManualClock();
  private final ConnectTurns turns = new ConnectTurns(2, clock);
  private final BlockingQueue<String> granted = new LinkedBlockingQueue<>();
  private final BlockingQueue<String> asked = new LinkedBlockingQueue<>();

  @AfterEach
  void everyGrantWasExpected() {
    assertThat(granted).isEmpty();
  }

  /** An attempt that waits for its turn on its own thread. */
  private final class Attempt {
    private final String name;
    private final ConnectTurns.Turn turn;
    private Thread thread = Thread.currentThread();

    private Attempt(String name, String destination) {
      this.name = name;
      this.turn = turns.attempt(destination);
    }

    private Attempt waits() throws InterruptedException {
      thread =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      turn.take(() -> asked.add(name));
                      granted.add(name);
                    } catch (InterruptedException e) {
                      Thread.currentThread().interrupt();
                    }
                  });
      while (thread.getState() != Thread.State.WAITING
          && thread.getState() != Thread.State.TERMINATED) {
        Thread.onSpinWait();
      }
      return this;
    }

    private void gives() {
      turn.give();
    }

    private void isCancelled() throws InterruptedException {
      thread.interrupt();
      thread.join(PATIENCE);
    }
  }

  private Attempt attempt(String name) {
    return new Attempt(name, name);
  }

  private void expect(String name) throws InterruptedException {
    assertThat(granted.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isEqualTo(name);
  }

  @Test
  void attemptsBeyondTheLimitWaitForAFreeSlot() throws Exception {
    Attempt first = attempt("first").waits();
    expect("first");
    attempt("second").waits();
    expect("second");
    attempt("third").waits();
    assertThat(granted).isEmpty();
    first.gives();
    expect("third");
  }

  @Test
  void noAttemptIsAskedToYieldWhileNoneWaits() throws Exception {
    attempt("first").waits();
    expect("first");
    attempt("second").waits();
    expect("second");
    clock.advance(Duration.ofHours(1));
    assertThat(asked).isEmpty();
  }

  @Test
  void anUnansweredAttemptIsAskedToYieldAfterItsTimeSlice() throws Exception {
    Attempt silent = attempt("silent").waits();
    expect("silent");
    clock.advance(Duration.ofMillis(50));
    attempt("younger").waits();
    expect("younger");
    attempt("waiting").waits();
    clock.advance(Duration.ofMillis(49));
    assertThat(asked).as("before its time slice is over").isEmpty();
    clock.advance(Duration.ofMillis(3));
    assertThat(asked).containsExactly("silent");
    silent.gives();
    expect("waiting");
  }

  @Test
  void attemptsAreAskedToYieldOneAtATime() throws Exception {
    attempt("a").waits();
    expect("a");
    attempt("b").waits();
    expect("b");
    attempt("c").waits();
    attempt("d").waits();
    clock.advance(ConnectTurns.FIRST_SLICE);
    assertThat(asked).hasSize(1);
    clock.advance(ConnectTurns.PACE);
    assertThat(asked).containsExactly("a", "b");
  }

  @Test
  void everyThirdTurnGoesToAnAttemptThatWasTriedBeforeSoThatNoneStarves() throws Exception {
    Attempt old = attempt("old").waits();
    expect("old");
    Attempt other = attempt("other").waits();
    expect("other");
    Attempt one = attempt("1").waits();
    attempt("2").waits();
    Attempt three = attempt("3").waits();
    old.gives();
    expect("3"); // the latest one
    old.waits(); // it is waiting again
    other.gives();
    expect("old");
    three.gives();
    expect("1"); // the earliest one
    one.gives();
    expect("2");
  }

  @Test
  void attemptsToOneDestinationYieldAtOnceToAnotherDestination() throws Exception {
    Attempt first = new Attempt("first", "dead 1").waits();
    expect("first");
    new Attempt("second", "dead 1").waits();
    expect("second");
    new Attempt("third", "dead 1").waits();
    clock.advance(Duration.ofMillis(50));
    assertThat(asked).as("no other destination waits").isEmpty();
    new Attempt("other", "tracker 1").waits();
    clock.advance(ConnectTurns.PACE);
    assertThat(asked).containsExactly("first");
    first.gives();
    expect("other");
  }

  @Test
  void aCancelledAttemptPassesItsTurnOn() throws Exception {
    Attempt running = attempt("running").waits();
    expect("running");
    attempt("also running").waits();
    expect("also running");
    attempt("cancelled").waits().isCancelled();
    attempt("next").waits();
    running.gives();
    expect("next");
  }
}
