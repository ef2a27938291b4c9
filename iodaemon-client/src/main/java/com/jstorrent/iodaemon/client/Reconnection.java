package com.jstorrent.iodaemon.client;

import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.frame.Errno;
import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Resumes a session on another connection (PROTOCOL.md § 9.3). Used by the client's reader thread. */
final class Reconnection {
  private static final Logger LOG = LoggerFactory.getLogger(Reconnection.class);

  /** A connection that has lasted this long was stable, even if no frame arrived. */
  private static final long STABLE_AFTER_NANOS = 1_000_000_000L;

  /** After this many connections in a row that were lost at once, the next one would be lost, too. */
  private static final int MAX_SHORT_LIVED = 10;

  /** Each step may take this long, even when the time to resume has run out: one attempt is always made. */
  private static final long MIN_STEP_NANOS = 5_000_000_000L;

  private final FrameLink.Connector connector;
  private final String token;
  private final SessionContext context;
  private final Dispatch dispatch;
  private final LongSupplier nanoTime;
  private boolean resumed; // at least once; the two fields below are about the last time
  private long resumedAt;
  private long receivedThen;
  private int shortLived; // connections in a row that were lost at once
  private long end;

  Reconnection(FrameLink.Connector connector, String token, SessionContext context,
      Dispatch dispatch) {
    this(connector, token, context, dispatch, System::nanoTime);
  }

  Reconnection(
      FrameLink.Connector connector,
      String token,
      SessionContext context,
      Dispatch dispatch,
      LongSupplier nanoTime) {
    this.connector = connector;
    this.token = token;
    this.context = context;
    this.dispatch = dispatch;
    this.nanoTime = nanoTime;
  }

  /** Whose connection is replaced. */
  interface Owner {
    /** This is the connection from now on; nothing has been sent over it yet but what resumes the session. */
    void use(FrameLink next);

    /** Whether the application is closing the client. */
    boolean isClosing();
  }

  /**
   * Tries until it succeeds, the daemon no longer has the session, or the time is over. On success, sending goes on
   * over the connection that is returned.
   *
   * @throws IOException when the session is lost
   */
  FrameLink resume(IOException lost, Owner owner) throws IOException, InterruptedException {
    shortLived = wasShortLived() ? shortLived + 1 : 0;
    if (shortLived == MAX_SHORT_LIVED) {
      throw new IOException("every new connection was lost immediately.", lost);
    }
    end = nanoTime.getAsLong() + CallTimeout.nanos(timeout());
    IOException last = lost;
    for (int attempt = 0; attempt == 0 || nanoTime.getAsLong() - end < 0; attempt++) {
      pause(attempt);
      try {
        FrameLink link = attempt(owner);
        if (link != null) {
          resumed = true;
          resumedAt = nanoTime.getAsLong();
          receivedThen = dispatch.received();
          return link;
        }
      } catch (SessionGoneException | AuthenticationException e) {
        throw e;
      } catch (IOException e) {
        if (owner.isClosing() && e.getCause() instanceof ConnectException) {
          throw e; // the port is closed, so the daemon is gone, and closing the client need not wait
        }
        LOG.debug("Attempt {} to resume has failed: {}", attempt, e.getMessage());
        last = e;
      }
    }
    throw new IOException("it could not be resumed in time.", last);
  }

  /**
   * Sleeps before an attempt, but not beyond the end of the time. Pauses keep growing while connections are lost at
   * once.
   */
  private void pause(int attempt) throws InterruptedException {
    double random = ThreadLocalRandom.current().nextDouble();
    Duration pause = context.options().backOff().before(shortLived + attempt, random);
    long left = Math.max(0, end - nanoTime.getAsLong());
    Thread.sleep(Duration.ofNanos(Math.min(left, CallTimeout.nanos(pause))));
  }

  /**
   * Whether the last connection was lost at once, before a counted frame arrived, as happens when the client cannot
   * receive what the daemon sends.
   */
  private boolean wasShortLived() {
    return resumed
        && dispatch.received() == receivedThen
        && nanoTime.getAsLong() - resumedAt < STABLE_AFTER_NANOS;
  }

  /** How long one step of an attempt may take. */
  private Duration step() {
    Duration left = Duration.ofNanos(Math.max(end - nanoTime.getAsLong(), MIN_STEP_NANOS));
    Duration most = context.options().connectTimeout();
    return most.isZero() || most.compareTo(left) > 0 ? left : most;
  }

  private Duration timeout() {
    Duration wanted = context.options().resumeTimeout();
    return wanted != null ? wanted : Duration.ofSeconds(context.negotiated().resumeGraceSeconds());
  }

  private @Nullable FrameLink attempt(Owner owner)
      throws IOException, InterruptedException {
    FrameLink link = connector.connect(step());
    boolean answered = false;
    try {
      Handshake handshake = new Handshake(link, this::step);
      handshake.authenticate(token, context.options());
      String ticket = Objects.requireNonNull(context.negotiated().ticket());
      DaemonFrame.Resumed answer = handshake.resume(ticket, dispatch.received());
      answered = true;
      return continuing(link, answer, owner);
    } finally {
      if (!answered) {
        link.abort(); // a Close would end the session, which the daemon may have resumed
      }
    }
  }

  private @Nullable FrameLink continuing(
      FrameLink link, DaemonFrame.Resumed answer, Owner owner)
      throws SessionGoneException {
    if (answer.errno() == Errno.EAGAIN.number()) {
      link.close();
      return null;
    }
    if (answer.errno() != 0) {
      link.close();
      throw new SessionGoneException("the daemon no longer has the session.");
    }
    dispatch.markAllAcknowledged();
    owner.use(link);
    if (answer.toClient() != dispatch.received()
        || !context.outbox().resume(link, answer.fromClient())) {
      link.close();
      throw new SessionGoneException("the daemon's frame counts differ from the client's.");
    }
    return link;
  }

  /** Trying again is of no use. */
  private static final class SessionGoneException extends IOException {
    private static final long serialVersionUID = 1L;

    SessionGoneException(String message) {
      super(message);
    }
  }
}
