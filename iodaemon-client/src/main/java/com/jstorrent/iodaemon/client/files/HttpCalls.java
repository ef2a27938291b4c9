package com.jstorrent.iodaemon.client.files;

import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Sends requests and waits for answers, with limits and repetitions. The limit of a request covers its answer and all
 * repetitions. Thread-safe.
 */
final class HttpCalls {
  private static final int BUSY = 503;
  private static final String CLOSED = "The client has been closed.";

  private final SharedHttp http;
  private final Server server;
  private final CallLimits limits;
  private final CallClock clock;

  HttpCalls(SharedHttp http, Server server, CallLimits limits, CallClock clock) {
    this.http = http;
    this.server = server;
    this.limits = limits;
    this.clock = clock;
  }

  /** Converts an answer. */
  @FunctionalInterface
  interface Reader<T> {
    T read(Answer answer) throws IOException;
  }

  HttpCalls within(Duration limit) {
    return new HttpCalls(http, server, limits.request(limit), clock);
  }

  Server server() {
    return server;
  }

  void close() {
    http.close();
  }

  /** Sends a request whose answer says only that it is done. */
  void run(Request request) throws IOException {
    call(
        request,
        answer -> {
          answer.finish();
          return answer;
        });
  }

  /**
   * Sends a request and reads its answer.
   *
   * @throws FilesException when the answer is no success
   * @throws HttpTimeoutException when the limit of a request is over
   */
  <T> T call(Request request, Reader<T> reader) throws IOException {
    try (Answer answer = open(request)) {
      return reader.read(answer);
    }
  }

  /** Sends a request whose answer is read as it comes; only its head has to come within the limit. */
  Answer stream(Request request) throws IOException {
    Answer answer = open(request);
    answer.body().limit(WaitLimit.each(limits.silence()));
    return answer;
  }

  private Answer open(Request request) throws IOException {
    WaitLimit limit = WaitLimit.together(clock, limits.request());
    for (int attempt = 1;; attempt++) {
      boolean last =
          attempt >= limits.repetition().attempts() || request.is(Request.Trait.ONCE);
      try {
        Answer answer = send(request, limit);
        if (answer.isSuccess()) {
          return answer;
        }
        try (answer) {
          throw answer.refusal(server);
        }
      } catch (FilesException e) {
        if (last || !pause(e, limit)) {
          throw e;
        }
      } catch (UnansweredException e) {
        if (last) {
          throw e.asIoException();
        }
      }
    }
  }

  /** Waits as long as the daemon asks for. Returns false when that is too long, or it asks for no wait. */
  private boolean pause(FilesException busy, WaitLimit limit) throws IOException {
    Duration pause = busy.retryAfter().orElse(null);
    if (busy.status() != BUSY
        || pause == null
        || pause.compareTo(limits.repetition().longestPause()) > 0
        || pause.compareTo(Duration.ofNanos(limit.nextNanos())) >= 0) {
      return false;
    }
    try {
      if (clock.pause(pause, http.closed())) {
        throw new IOException(CLOSED, busy);
      }
      return true;
    } catch (InterruptedException e) {
      throw AnswerInput.interrupted();
    }
  }

  private Answer send(Request request, WaitLimit limit)
      throws IOException, UnansweredException {
    BufferPublisher body = new BufferPublisher(request.body(), request.length());
    CompletableFuture<HttpResponse<AnswerInput>> sent =
        http.client().sendAsync(prepare(request, body), head -> new AnswerInput(limit));
    try {
      HttpResponse<AnswerInput> response = sent.get(limit.nextNanos(), TimeUnit.NANOSECONDS);
      return new Answer(response.statusCode(), response.headers(), response.body());
    } catch (TimeoutException e) {
      giveUp(sent);
      throw limit.exceeded();
    } catch (HttpTimeoutException e) {
      giveUp(sent);
      throw e;
    } catch (InterruptedException e) {
      giveUp(sent);
      throw AnswerInput.interrupted();
    } catch (ExecutionException e) {
      throw failure(e.getCause());
    } finally {
      body.release();
    }
  }

  private HttpRequest prepare(Request request, BufferPublisher body) {
    HttpRequest.Builder prepared =
        HttpRequest.newBuilder(server.resolve(request.line().target()))
            .method(
                request.line().method(),
                request.length() == 0 ? HttpRequest.BodyPublishers.noBody() : body);
    request.headers().forEach(prepared::header);
    if (!request.is(Request.Trait.OPEN)) {
      prepared.header("X-JST-Auth", server.token());
    }
    String session = server.session();
    if (session != null) {
      prepared.header("X-JST-Session", session);
    }
    return prepared.build();
  }

  /** Ends the exchange; an answer that arrives at this very moment is closed. */
  private static void giveUp(CompletableFuture<HttpResponse<AnswerInput>> sent) {
    if (!sent.cancel(true) && !sent.isCompletedExceptionally()) {
      sent.join().body().close();
    }
  }

  boolean isClosed() {
    return http.isClosed();
  }

  private IOException failure(Throwable cause) throws UnansweredException {
    if (http.isClosed()) {
      return new IOException(CLOSED, cause);
    }
    return switch (cause) {
      case HttpConnectTimeoutException e ->
          new HttpConnectTimeoutException(
              "The daemon at " + server + " did not accept the connection in time.");
      case ConnectException e -> unreachable(e);
      case IOException e -> throw new UnansweredException(e);
      default -> new IOException("The request could not be sent.", cause);
    };
  }

  private ConnectException unreachable(ConnectException cause) {
    ConnectException unreachable =
        new ConnectException("No daemon listens at " + server + "; has it ended?");
    unreachable.initCause(cause);
    return unreachable;
  }

  /** The connection has ended before a byte of an answer: the daemon may have closed it as idle. */
  private static final class UnansweredException extends Exception {
    private static final long serialVersionUID = 1L;

    UnansweredException(IOException cause) {
      super(cause);
    }

    IOException asIoException() {
      return new IOException(
          "The connection to the daemon has ended without an answer; the request may have been done.",
          getCause());
    }
  }
}
