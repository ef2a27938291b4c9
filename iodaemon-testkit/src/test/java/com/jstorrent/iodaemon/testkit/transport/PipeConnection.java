package com.jstorrent.iodaemon.testkit.transport;

import com.jstorrent.iodaemon.memory.MemoryUse;
import com.jstorrent.iodaemon.time.MonotonicClock;
import com.jstorrent.iodaemon.transport.CloseReason;
import com.jstorrent.iodaemon.transport.ConnectionInfo;
import com.jstorrent.iodaemon.transport.FrameConnection;
import com.jstorrent.iodaemon.transport.FrameReceiver;
import com.jstorrent.iodaemon.transport.HelloCodec;
import com.jstorrent.iodaemon.transport.SessionAcceptor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A transport in this process that holds one frame in each direction, which is as little as a transport
 * may hold; with a {@link Fault} it breaks one rule.
 */
final class PipeConnection implements FrameConnection, ClientEnd {
  private static final Duration CLOSE_TIME = Duration.ofSeconds(5);
  private static final int HEADROOM = 3;
  private static final int LOST = 50;

  private final @Nullable Fault fault;
  private final boolean orderlyClose;
  private final MonotonicClock clock;
  private final Pipe toClient = new Pipe();
  private final Pipe fromClient = new Pipe();
  private final ReentrantLock busy = new ReentrantLock(); // what some faults wait for
  private final CountDownLatch reported = new CountDownLatch(1);
  private volatile @Nullable FrameReceiver receiver;
  private volatile boolean flushWanted;
  private volatile boolean finished;
  private volatile boolean aborted;
  private byte @Nullable [] heldBack;
  private int sent;
  private int flushed;

  PipeConnection(@Nullable Fault fault, boolean orderlyClose, MonotonicClock clock) {
    this.fault = fault;
    this.orderlyClose = orderlyClose;
    this.clock = clock;
  }

  ClientEnd connect(SessionAcceptor acceptor) {
    if (fault != Fault.NEVER_ACCEPTS) {
      FrameReceiver session =
          acceptor.accept(this, new ConnectionInfo(false, null, HelloCodec.EMPTY_ONLY));
      receiver = session;
      if (flushWanted) {
        session.onFlushWanted();
      }
      Thread.ofPlatform().daemon().start(() -> deliver(session));
    }
    return this;
  }

  private void deliver(FrameReceiver session) {
    PipeReader reader = new PipeReader(session, fault, this::aborted);
    int firstLimit = session.frameLimit();
    boolean refused = false;
    int delivered = 0;
    byte[] late = null;
    if (fault == Fault.KEEPS_MEMORY) {
      session.memory().take(MemoryUse.FRAMES, 1);
    }
    for (byte[] frame; (frame = fromClient.take()) != null;) {
      int limit = fault == Fault.ASKS_FOR_THE_LIMIT_ONCE ? firstLimit : session.frameLimit();
      if (refused || fault == Fault.LOSES_FRAMES_OF_THE_CLIENT && ++delivered % LOST == 0) {
        continue;
      }
      if (frame.length > limit && fault != Fault.HAS_NO_LIMIT) {
        refused = true;
        if (fault == Fault.ENDS_AT_A_VIOLATION) {
          toClient.breakOff();
        }
        session.onViolation(CloseReason.TOO_BIG, "A frame may have " + limit + " bytes at most.");
      } else if (fault == Fault.REPORTS_THE_END_TOO_SOON) {
        if (late != null) {
          reader.deliver(late);
        }
        late = frame;
      } else if (fault == Fault.READS_NOTHING_WHILE_IT_SENDS) {
        busy.lock();
        try {
          reader.deliver(frame);
        } finally {
          busy.unlock();
        }
      } else {
        reader.deliver(frame);
      }
    }
    if (fault == Fault.DOES_NOT_NOTICE_A_LOSS && !finished) {
      return;
    }
    boolean said =
        switch (fault) {
          case TAKES_A_LOSS_FOR_AN_ORDERLY_CLOSE -> true;
          case TAKES_AN_ORDERLY_CLOSE_FOR_A_LOSS -> false;
          case null, default -> finished && orderlyClose;
        };
    session.onClosed(said);
    reported.countDown();
    if (late != null) {
      reader.deliver(late);
    }
  }

  private boolean aborted() {
    return aborted;
  }

  // The daemon's end.

  @Override
  public int headroom() {
    return fault == Fault.CHANGES_ITS_HEADROOM ? HEADROOM + sent : HEADROOM;
  }

  @Override
  public void send(ByteBuffer frame) throws IOException {
    byte[] bytes = new byte[frame.remaining()];
    frame.get(frame.position(), bytes);
    sent++;
    switch (fault) {
      case WRITES_BEHIND_THE_FRAME ->
          frame.limit(frame.limit() + 1).put(frame.limit() - 1, (byte) 0);
      case CHANGES_THE_FRAME -> frame.put(frame.position(), (byte) (bytes[0] + 1));
      case KEEPS_THE_BUFFER -> {
        Thread late = Thread.ofVirtual().unstarted(() -> putLate(frame));
        late.start();
        return;
      }
      case QUEUES_WITHOUT_END -> {
        return;
      }
      case LOSES_FRAMES_TO_THE_CLIENT -> {
        if (sent % LOST == 0) {
          return;
        }
      }
      case DROPS_FRAMES_AT_CLOSE -> {
        byte[] before = heldBack;
        heldBack = bytes;
        if (before != null) {
          toClient.put(before);
        }
        return;
      }
      case SENDS_AFTER_THE_END -> {
        if (aborted) {
          return;
        }
      }
      case null, default -> {
      }
    }
    busy.lock();
    try {
      toClient.put(bytes);
    } finally {
      busy.unlock();
    }
  }

  /** What a transport does that hands the buffer to another thread: the session has reused it by then. */
  private void putLate(ByteBuffer frame) {
    byte[] bytes = new byte[frame.remaining()];
    while (frame.get(frame.position()) != 0 && !aborted) {
      Thread.yield();
    }
    frame.get(frame.position(), bytes);
    try {
      toClient.put(bytes);
    } catch (ClosedChannelException e) {
      // The test is over.
    }
  }

  @Override
  public void flush() throws IOException {
    boolean silent = fault == Fault.SENDS_AFTER_THE_END && flushed++ > 0;
    if (toClient.hasEnded() && !silent) {
      throw new ClosedChannelException();
    }
  }

  @Override
  public void close(CloseReason reason) {
    if (fault == Fault.IGNORES_AN_EARLY_CLOSE && receiver == null) {
      return;
    }
    if (fault == Fault.CLOSES_BEHIND_FRAMES) {
      busy.lock();
      busy.unlock();
    }
    toClient.end();
    if (fault != Fault.WAITS_FOR_THE_CLIENT_FOR_EVER) {
      clock.schedule(CLOSE_TIME, this::abort);
    }
  }

  @Override
  public void abort() {
    aborted = true;
    FrameReceiver session = receiver;
    if (fault != Fault.LEAVES_SEND_BLOCKED) {
      toClient.breakOff();
    }
    fromClient.breakOff();
    flushWanted = true;
    if (session != null && fault != Fault.ASKS_FOR_NO_FLUSH) {
      session.onFlushWanted();
    }
    if (session != null && fault == Fault.REPORTS_THE_END_TWICE && finished) {
      reportAgain(session);
    }
  }

  /** Waits until the first report has returned: two at once would break another rule first. */
  private void reportAgain(FrameReceiver session) {
    try {
      reported.await();
      session.onClosed(true);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void probe() {
    if (fault == Fault.PROBES_BEHIND_FRAMES) {
      busy.lock();
      busy.unlock();
    }
  }

  // The client's end.

  @Override
  public void send(byte[] frame) throws IOException {
    fromClient.put(frame.clone());
  }

  @Override
  public byte @Nullable [] receive() {
    return toClient.take();
  }

  @Override
  public void close() {
    finished = true;
    fromClient.end();
  }

  @Override
  public void vanish() {
    fromClient.breakOff();
    toClient.breakOff();
  }
}
