package com.jstorrent.iodaemon.client.files;

import static com.jstorrent.iodaemon.client.files.ScriptedServer.answer;
import static com.jstorrent.iodaemon.client.files.ScriptedServer.partThenClose;
import static com.jstorrent.iodaemon.client.files.ScriptedServer.partThenSilence;
import static com.jstorrent.iodaemon.client.files.ScriptedServer.silence;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.jstorrent.iodaemon.testkit.SilentPort;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.ConnectException;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.net.URI;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers that do not answer, or not as a daemon does. */
@Timeout(600)
class FailuresTest {
  private static final Duration SHORT = Duration.ofMillis(300);
  private static final RootPath FILE = RootPath.of("k", "f");

  /** Connects first, so that a call that is given up has a connection to end, however slow the machine is. */
  private static void connect(FilesClient files) throws IOException {
    assertThat(files.within(Duration.ofMinutes(5)).daemon().isHealthy()).isTrue();
  }

  @Test
  void aServerThatDoesNotAnswerIsGivenUpAndItsConnectionEnded() throws Exception {
    try (ScriptedServer server = new ScriptedServer(answer("200 OK", "ok"), silence());
        FilesClient files = server.client().timeLimit(SHORT).build()) {
      connect(files);
      assertThatThrownBy(() -> files.stat(FILE))
          .isInstanceOf(HttpTimeoutException.class)
          .hasMessageContaining("300 ms");
      server.awaitClientGone();
    }
  }

  @Test
  void theTimeLimitCoversTheBodyOfAnAnswer() throws Exception {
    try (ScriptedServer server =
        new ScriptedServer(answer("200 OK", "ok"), partThenSilence("{\"size"));
        FilesClient files = server.client().build()) {
      connect(files);
      assertThatThrownBy(() -> files.within(SHORT).stat(FILE))
          .isInstanceOf(HttpTimeoutException.class);
      server.awaitClientGone();
    }
  }

  @Test
  void aStreamThatFallsSilentIsGivenUp() throws Exception {
    try (ScriptedServer server = new ScriptedServer(partThenSilence("12345"));
        FilesClient files = server.client().silence(SHORT).build();
        InputStream in = files.input(FILE, ByteRange.whole())) {
      assertThatThrownBy(in::readAllBytes)
          .isInstanceOf(HttpTimeoutException.class)
          .hasMessageContaining("not sent one byte for 300 ms");
      server.awaitClientGone();
    }
  }

  @Test
  void aStreamMayTakeLongerThanARequest() throws Exception {
    JumpingClock clock = new JumpingClock();
    try (ScriptedServer server = new ScriptedServer(partThenSilence("1"));
        FilesClient files = server.client().clock(clock).build();
        InputStream in = files.input(FILE, ByteRange.whole())) {
      clock.advance(Duration.ofHours(1));
      assertThat(in.read()).isEqualTo('1');
    }
  }

  /** A clock that goes on only when it is told to. */
  private static final class JumpingClock implements CallClock {
    private volatile long now;

    @Override
    public long nanoTime() {
      return now;
    }

    void advance(Duration time) {
      now += time.toNanos();
    }

    @Override
    public boolean pause(Duration time, CountDownLatch closed) {
      advance(time);
      return false;
    }
  }

  /** Runs a call on a thread of its own and interrupts it when it has got that far. */
  private static Throwable interrupted(
      Thread.Builder kind, Callable<?> call, ScriptedServer server, CountDownLatch soFar)
      throws Exception {
    CompletableFuture<Throwable> thrown = new CompletableFuture<>();
    Thread caller =
        kind.start(
            () -> {
              try {
                call.call();
                thrown.completeExceptionally(new AssertionError("The call has returned."));
              } catch (Exception e) {
                thrown.complete(Thread.currentThread().isInterrupted() ? e : new AssertionError(e));
              }
            });
    server.request();
    soFar.await();
    caller.interrupt();
    Throwable failure = thrown.get();
    server.awaitClientGone();
    return failure;
  }

  @Test
  void anInterruptEndsACallAndItsConnection() throws Exception {
    for (Thread.Builder kind : List.of(Thread.ofVirtual(), Thread.ofPlatform())) {
      try (ScriptedServer server = new ScriptedServer(silence());
          FilesClient files = server.client().build()) {
        assertThat(interrupted(kind, () -> files.stat(FILE), server, new CountDownLatch(0)))
            .isInstanceOf(InterruptedIOException.class);
      }
    }
  }

  @Test
  void anInterruptEndsAReadOfAStream() throws Exception {
    try (ScriptedServer server = new ScriptedServer(partThenSilence("123"));
        FilesClient files = server.client().build()) {
      CountDownLatch begun = new CountDownLatch(1);
      Throwable failure =
          interrupted(
              Thread.ofVirtual(),
              () -> {
                try (InputStream in = files.input(FILE, ByteRange.whole())) {
                  assertThat(in.read()).isEqualTo('1');
                  begun.countDown();
                  return in.readAllBytes();
                }
              },
              server,
              begun);
      assertThat(failure).isInstanceOf(InterruptedIOException.class);
    }
  }

  @Test
  void anInterruptEndsTheWaitForAHash() throws Exception {
    try (ScriptedServer server = new ScriptedServer(partThenSilence("null\n"));
        FilesClient files = server.client().build()) {
      CountDownLatch begun = new CountDownLatch(1);
      Throwable failure =
          interrupted(
              Thread.ofVirtual(),
              () -> {
                try (HashStream<PieceDigest> pieces =
                    files.hashes()
                        .pieces(DigestAlgorithm.SHA1, 1, List.of(new SizedFile(FILE, 9)))) {
                  assertThat(pieces.next().isMissing()).isTrue();
                  begun.countDown();
                  return pieces.next();
                }
              },
              server,
              begun);
      assertThat(failure).hasCauseInstanceOf(InterruptedIOException.class);
    }
  }

  @Test
  void anAnswerThatEndsInTheMiddleIsNoAnswer() throws Exception {
    try (ScriptedServer server = new ScriptedServer(partThenClose("12"), partThenClose("null\n"));
        FilesClient files = server.client().build()) {
      try (InputStream in = files.input(FILE, ByteRange.whole())) {
        assertThat(in.readNBytes(2)).asString().isEqualTo("12");
        server.closeNow();
        assertThatThrownBy(in::read)
            .isInstanceOf(IOException.class)
            .hasMessageContaining("in the middle of an answer");
      }
      try (HashStream<PieceDigest> pieces =
          files.hashes().pieces(DigestAlgorithm.SHA1, 1, List.of(new SizedFile(FILE, 9)))) {
        pieces.next();
        server.closeNow();
        assertThatThrownBy(pieces::next).hasMessageContaining("in the middle of an answer");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "null\nnull\n", "7\nnull\n", "nul", "\"00\"\n"})
  void hashesThatWereNotAskedForAreNotTaken(String lines) throws Exception {
    try (ScriptedServer server = new ScriptedServer(answer("200 OK", lines));
        FilesClient files = server.client().build();
        HashStream<PieceDigest> pieces =
            files.hashes().pieces(DigestAlgorithm.SHA1, 1, List.of(new SizedFile(FILE, 1)))) {
      assertThatThrownBy(pieces::next).hasCauseInstanceOf(IOException.class);
    }
  }

  @Test
  void theLastHashIsTakenEvenIfTheConnectionBreaksBehindIt() throws Exception {
    try (ScriptedServer server = new ScriptedServer(partThenClose("null\n"));
        FilesClient files = server.client().build();
        HashStream<PieceDigest> pieces =
            files.hashes().pieces(DigestAlgorithm.SHA1, 1, List.of(new SizedFile(FILE, 1)))) {
      server.closeNow();
      assertThat(pieces.next().isMissing()).isTrue();
      assertThat(pieces.hasNext()).isFalse();
    }
  }

  @Test
  void whereNothingListensIsTold() throws Exception {
    int port;
    try (ServerSocket closed = new ServerSocket(0)) {
      port = closed.getLocalPort();
    }
    URI address = URI.create("http://127.0.0.1:" + port);
    try (FilesClient files = FilesClient.at(address, "t")) {
      assertThatThrownBy(() -> files.stat(FILE))
          .isInstanceOf(ConnectException.class)
          .hasMessage("No daemon listens at " + address + "; has it ended?");
      assertThat(files.daemon().isHealthy()).isFalse();
    }
  }

  @Test
  void aConnectionThatNothingTakesIsGivenUp() throws Exception {
    try (SilentPort silent = new SilentPort();
        FilesClient files =
            FilesClient.builder(URI.create("http://127.0.0.1:" + silent.port()), "t")
                .connectLimit(SHORT)
                .build()) {
      assertThatThrownBy(() -> files.stat(FILE)).isInstanceOf(HttpConnectTimeoutException.class);
    }
  }

  @Test
  void somethingElseThanADaemonIsTold() throws Exception {
    try (ScriptedServer server =
        new ScriptedServer(
            answer("404 Not Found", "<html>"),
            answer("200 OK", "<html>"),
            answer("200 OK", "[]"),
            answer("200 OK", "{\"size\":1}"),
            answer("200 OK", "hello"),
            answer("500 Oops", "{broken"));
        FilesClient files = server.client().build()) {
      assertThatThrownBy(() -> files.stat(FILE))
          .isInstanceOfSatisfying(
              FilesException.class,
              e -> {
                assertThat(e.status()).isEqualTo(404);
                assertThat(e.code()).isEmpty();
              });
      assertThatThrownBy(() -> files.stat(FILE)).hasMessageContaining("not valid JSON");
      assertThatThrownBy(() -> files.stat(FILE)).hasMessageContaining("Expected a JSON object");
      assertThatThrownBy(() -> files.stat(FILE)).hasMessageContaining("no number \"mtime\"");
      assertThat(files.daemon().isHealthy()).isFalse();
      assertThatThrownBy(() -> files.stat(FILE)).isInstanceOf(FilesException.class);
    }
  }

  @Test
  void theTokenIsInNoMessage() throws Exception {
    String token = ServedFolder.TOKEN;
    String echo = "{\"error\":\"E" + token + "\",\"message\":\"You said " + token + ".\"}";
    try (ScriptedServer server =
        new ScriptedServer(answer("401 Unauthorized", echo), silence());
        FilesClient files = server.client().timeLimit(Duration.ofSeconds(2)).build()) {
      List<Throwable> failures = new ArrayList<>();
      for (int round = 0; round < 2; round++) {
        try {
          files.stat(FILE);
        } catch (IOException e) {
          failures.add(e);
        }
      }
      assertThat(failures).hasSize(2);
      for (Throwable failure : failures) {
        StringWriter trace = new StringWriter();
        failure.printStackTrace(new PrintWriter(trace));
        assertThat(trace.toString()).doesNotContain(token);
      }
      assertThat(files.toString() + server.client() + Request.get("/x").header("a", token))
          .doesNotContain(token);
      assertThat(server.request()).contains("X-JST-Auth: " + token);
    }
    String broken = token + "\n";
    assertThatThrownBy(() -> FilesClient.at(URI.create("http://127.0.0.1:1"), broken))
        .isInstanceOf(IllegalArgumentException.class)
        .satisfies(e -> assertThat(e.toString()).doesNotContain(token));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
          "http://example.org:1", "https://127.0.0.1:1", "http://127.0.0.1:1/a", "//127.0.0.1:1",
          "http://a:b@127.0.0.1:1", "http://127.0.0.1:1?q", "http://127.0.0.1:1#f", "mailto:a@b"
      })
  void theTokenGoesToThisMachineOnly(String address) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> FilesClient.at(URI.create(address), "t"))
        .withMessageContaining("http://127.0.0.1:PORT");
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://localhost:", "http://127.0.0.1:"})
  void theTokenGoesThroughNoProxy(String address) throws Exception {
    AtomicReference<URI> asked = new AtomicReference<>();
    ProxySelector before = ProxySelector.getDefault();
    ProxySelector.setDefault(
        new ProxySelector() {
          @Override
          public List<Proxy> select(URI uri) {
            asked.set(uri);
            return List.of(Proxy.NO_PROXY);
          }

          @Override
          public void connectFailed(URI uri, SocketAddress address, IOException failure) {}
        });
    try (ScriptedServer server = new ScriptedServer(answer("200 OK", "pong"));
        FilesClient files =
            FilesClient.at(URI.create(address + server.address().getPort()), "t")) {
      files.daemon().ping();
      assertThat(asked.get()).isNull();
    } finally {
      ProxySelector.setDefault(before);
    }
  }

  @Test
  void healthIsAskedForWithoutTheToken() throws Exception {
    try (ScriptedServer server = new ScriptedServer(answer("200 OK", "ok"));
        FilesClient files = server.client().build()) {
      assertThat(files.daemon().isHealthy()).isTrue();
      assertThat(server.request()).doesNotContain(ServedFolder.TOKEN);
    }
  }

  @Test
  void limitsAreChecked() {
    FilesClient.Builder builder = FilesClient.builder(URI.create("http://127.0.0.1:1"), "t");
    assertThatIllegalArgumentException().isThrownBy(() -> builder.timeLimit(Duration.ZERO));
    assertThatIllegalArgumentException().isThrownBy(() -> builder.silence(Duration.ZERO));
    assertThatIllegalArgumentException().isThrownBy(() -> builder.connectLimit(Duration.ZERO));
    assertThatIllegalArgumentException().isThrownBy(() -> builder.attempts(0, SHORT));
    assertThatIllegalArgumentException().isThrownBy(() -> builder.attempts(1, Duration.ZERO));
    assertThatIllegalArgumentException().isThrownBy(() -> builder.session("ü"));
  }

  @Test
  void closingTheClientEndsACall() throws Exception {
    try (ScriptedServer server = new ScriptedServer(silence())) {
      FilesClient files = server.client().build();
      CompletableFuture<Throwable> thrown = new CompletableFuture<>();
      CountDownLatch begun = new CountDownLatch(1);
      Thread.ofVirtual()
          .start(
              () -> {
                begun.countDown();
                try {
                  files.stat(FILE);
                } catch (IOException e) {
                  thrown.complete(e);
                }
              });
      begun.await();
      server.request();
      files.close();
      assertThat(thrown.get()).hasMessage("The client has been closed.");
    }
  }
}
