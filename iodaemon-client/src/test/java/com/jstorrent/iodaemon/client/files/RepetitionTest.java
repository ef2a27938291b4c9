package com.jstorrent.iodaemon.client.files;

import static com.jstorrent.iodaemon.client.files.ScriptedServer.answer;
import static com.jstorrent.iodaemon.client.files.ScriptedServer.busy;
import static com.jstorrent.iodaemon.client.files.ScriptedServer.hangUp;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.jstorrent.iodaemon.client.files.ScriptedServer.Act;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** What is sent again, and what is not. */
class RepetitionTest {
  private static final RootPath FILE = RootPath.of("k", "f");
  private static final Act DONE = answer("200 OK", "");

  private final RecordingClock clock = new RecordingClock();

  /** The system's time; pauses are recorded, and end at once. */
  private static final class RecordingClock implements CallClock {
    private final Queue<Duration> slept = new ConcurrentLinkedQueue<>();

    @Override
    public boolean pause(Duration time, CountDownLatch closed) {
      slept.add(time);
      return false;
    }
  }

  private FilesClient.Builder client(ScriptedServer server) {
    return server.client().clock(clock);
  }

  @Test
  void aBusyDaemonIsAskedAgainWhenItSays() throws Exception {
    byte[] bytes = FilesClientTest.random(1000);
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) ('a' + Math.floorMod(bytes[i], 26)); // the server keeps requests as text
    }
    try (ScriptedServer server = new ScriptedServer(busy(1), busy(3), DONE);
        FilesClient files = client(server).build()) {
      files.write(FILE, 7, bytes);
      assertThat(clock.slept).containsExactly(Duration.ofSeconds(1), Duration.ofSeconds(3));
      String first = server.request();
      assertThat(first).endsWith(new String(bytes, StandardCharsets.US_ASCII));
      assertThat(server.request()).isEqualTo(first);
      assertThat(server.request()).isEqualTo(first);
    }
  }

  private static void assertBusy(ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            FilesException.class, e -> {
              assertThat(e.status()).isEqualTo(503);
              assertThat(e.code()).isEqualTo("EBUSY");
            });
  }

  @Test
  void aDaemonThatStaysBusyIsAskedThreeTimes() throws Exception {
    try (ScriptedServer server = new ScriptedServer(busy(0), busy(0), busy(0), busy(0));
        FilesClient files = client(server).build()) {
      assertThatThrownBy(() -> files.stat(FILE))
          .isInstanceOfSatisfying(
              FilesException.class, e -> assertThat(e.retryAfter()).contains(Duration.ZERO));
      assertThat(server.unseenRequests()).isEqualTo(3);
    }
  }

  @Test
  void howOftenAndHowLongIsForTheCallerToSay() throws Exception {
    try (ScriptedServer server = new ScriptedServer(busy(0), busy(0), busy(2), busy(0));
        FilesClient never = client(server).attempts(1, Duration.ofSeconds(5)).build();
        FilesClient seldom = client(server).attempts(5, Duration.ofSeconds(1)).build()) {
      assertBusy(() -> never.stat(FILE));
      assertThat(server.unseenRequests()).isEqualTo(1);
      assertBusy(() -> seldom.stat(FILE));
      assertThat(server.unseenRequests()).isEqualTo(3);
      assertThat(clock.slept).containsExactly(Duration.ZERO);
    }
  }

  @Test
  void aPauseBeyondTheTimeLimitIsNotMade() throws Exception {
    try (ScriptedServer server = new ScriptedServer(busy(40));
        FilesClient files =
            client(server)
                .timeLimit(Duration.ofSeconds(40))
                .attempts(3, Duration.ofMinutes(1))
                .build()) {
      assertBusy(() -> files.stat(FILE));
      assertThat(clock.slept).isEmpty();
    }
  }

  @Test
  void whatWouldBeDoneTwiceIsSentOnce() throws Exception {
    List<Action> actions =
        List.of(
            files -> files.open(FILE, OpenMode.READ),
            files -> files.rename(FILE, "g"),
            files -> files.delete(FILE),
            files -> files.daemon().shutdown());
    for (Action action : actions) {
      try (ScriptedServer server = new ScriptedServer(busy(0), hangUp(), DONE, DONE);
          FilesClient files = client(server).build()) {
        assertBusy(() -> action.of(files));
        assertThatThrownBy(() -> action.of(files))
            .isInstanceOf(IOException.class)
            .hasMessageContaining("without an answer");
        assertThat(server.unseenRequests()).isEqualTo(2);
      }
    }
  }

  /** Something that a client is asked for. */
  @FunctionalInterface
  private interface Action {
    void of(FilesClient files) throws IOException;
  }

  @Test
  void otherFailuresAreNotRepeated() throws Exception {
    Act full = answer("507 Full", "{\"error\":\"ENOSPC\",\"message\":\"Full.\"}", "Retry-After: 0");
    Act unsaid = answer("503 Busy", "{}");
    try (ScriptedServer server = new ScriptedServer(full, unsaid, DONE);
        FilesClient files = client(server).build()) {
      assertThatThrownBy(() -> files.write(FILE, 0, new byte[1])).hasMessageContaining("ENOSPC");
      assertThatThrownBy(() -> files.write(FILE, 0, new byte[1])).hasMessageContaining("503");
      assertThat(server.unseenRequests()).isEqualTo(2);
    }
  }

  @Test
  void aConnectionThatEndsUnansweredIsReplaced() throws Exception {
    try (ScriptedServer server = new ScriptedServer(DONE, hangUp(), hangUp(), DONE);
        FilesClient files = client(server).build()) {
      files.write(FILE, 0, new byte[] {'1'});
      files.write(FILE, 1, new byte[] {'2'});
      assertThat(server.unseenRequests()).isEqualTo(4);
      server.request();
      for (int attempt = 0; attempt < 3; attempt++) {
        assertThat(server.request()).contains("X-Offset: 1").endsWith("2");
      }
    }
  }

  @Test
  void anInterruptEndsThePause() throws Exception {
    CallClock interrupted =
        (time, closed) -> {
          Thread.currentThread().interrupt();
          return CallClock.SYSTEM.pause(time, closed);
        };
    try (ScriptedServer server = new ScriptedServer(busy(1), DONE);
        FilesClient files = server.client().clock(interrupted).build()) {
      assertThatThrownBy(() -> files.stat(FILE)).isInstanceOf(InterruptedIOException.class);
      assertThat(Thread.interrupted()).isTrue();
      assertThat(server.unseenRequests()).isEqualTo(1);
    }
  }

  @Test
  void closingTheClientEndsThePause() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CallClock announced =
        (time, closed) -> {
          begun.countDown();
          return CallClock.SYSTEM.pause(time, closed);
        };
    Duration hour = Duration.ofHours(1);
    try (ScriptedServer server = new ScriptedServer(busy(3600), DONE)) {
      FilesClient files =
          server.client().clock(announced).timeLimit(hour.plus(hour)).attempts(2, hour).build();
      CompletableFuture<Void> call =
          CompletableFuture.runAsync(
              () -> assertThatThrownBy(() -> files.stat(FILE))
                  .hasMessage("The client has been closed."));
      begun.await();
      files.close();
      call.get();
      assertThat(server.unseenRequests()).isEqualTo(1);
    }
  }
}
