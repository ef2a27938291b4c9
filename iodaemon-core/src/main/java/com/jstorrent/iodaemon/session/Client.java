package com.jstorrent.iodaemon.session;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.frame.Capability;
import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.frame.Errno;
import com.jstorrent.iodaemon.net.ClientLink;
import com.jstorrent.iodaemon.net.ClientSockets;
import com.jstorrent.iodaemon.net.Resumption;
import com.jstorrent.iodaemon.session.ClientState.Event;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.time.Deadline;
import com.jstorrent.iodaemon.transport.CloseReason;
import com.jstorrent.iodaemon.transport.FrameConnection;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client of the daemon: its sockets, its relay thread while that has something to do, and its
 * present connection, if any. It outlives a lost connection if the client has asked for that: then it
 * waits, with its sockets, for RESUME on another one (PROTOCOL.md § 9.3). Thread-safe unless a method
 * says otherwise.
 */
final class Client implements ClientSockets.Owner {
  private static final Logger LOG = LoggerFactory.getLogger(Client.class);

  private final SessionContext context;
  private final ClientSockets sockets;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private ClientState state = ClientState.CONNECTED; // guarded by lock
  private @Nullable Deadline grace; // guarded by lock; begins when a connection is lost
  private final CountDownLatch ended = new CountDownLatch(1);
  private volatile SessionIdentity identity;
  private volatile @Nullable String ticket; // written by the client's reader
  private volatile long lastFrame;

  Client(FrameConnection connection, SessionIdentity identity, SessionContext context) {
    this.context = context;
    this.identity = identity;
    this.sockets = new ClientSockets(context.net(), connection, this);
    this.lastFrame = context.clock().nanoTime();
  }

  ClientSockets sockets() {
    return sockets;
  }

  ClientLink link() {
    return sockets.link();
  }

  /** The identity of its connection, or of the last one. */
  SessionIdentity identity() {
    return identity;
  }

  boolean isConnected() {
    ClientState now = state();
    return now == ClientState.CONNECTED || now == ClientState.CLOSING;
  }

  private ClientState state() {
    lock.lock();
    try {
      return state;
    } finally {
      lock.unlock();
    }
  }

  /** Records that the client has sent a frame, so that it is not idle. The client's reader only. */
  void recordActivity() {
    lastFrame = context.clock().nanoTime();
  }

  /** The time since it last sent a frame, or bytes last moved on one of its sockets. */
  Duration idle() {
    Duration silent = Duration.ofNanos(context.clock().nanoTime() - lastFrame);
    Duration moved = sockets.idle();
    return moved.compareTo(silent) < 0 ? moved : silent;
  }

  /** Called when there is something for the relay to do. Any thread. */
  @Override
  public void startRelay() {
    try {
      Thread.ofPlatform()
          .daemon()
          .name("iodaemon-relay-" + identity.info().number())
          .uncaughtExceptionHandler(this::relayFailed)
          .start(this::relay);
    } catch (OutOfMemoryError e) { // threads run out and come back, as descriptors do
      LOG.warn(
          "Session {} ends: the system has no thread left for it.", identity.info().number());
      cutOff();
    }
  }

  private void relay() {
    boolean orderly = false;
    try {
      link().relay();
      orderly = true;
    } catch (IOException e) {
      LOG.warn("Session {} ends: {}", identity.info().number(), e.getMessage());
    } catch (RuntimeException e) {
      LOG.error("Session {} ends because of a defect.", identity.info().number(), e);
    } finally {
      if (!orderly) {
        cutOff();
      }
    }
  }

  private void relayFailed(Thread relay, Throwable cause) {
    if (cause instanceof OutOfMemoryError) {
      context.listener().onFailed(cause);
    } else {
      LOG.error("A session ends because of a defect.", cause);
    }
  }

  /**
   * Ends the client because nothing can be relayed any more. Called by the relay's thread, or by the
   * thread that should have started it.
   */
  private void cutOff() {
    move(Event.CLOSE);
    link().abort();
    link().dispose();
  }

  /** Makes this ticket stand for this client, if it has been authenticated. The client's reader only. */
  void offerResume(@Nullable String drawn) {
    ticket = drawn;
    if (drawn != null && identity.announced()) {
      context.tickets().give(drawn, this);
    }
  }

  boolean has(Capability capability) {
    return link().has(capability);
  }

  void reply(DaemonFrame frame) {
    link().reply(frame);
  }

  /**
   * Closes the client in an orderly way, for instance because the daemon shuts down; it cannot resume.
   * A client that reads nothing cannot be told, and is cut off.
   */
  void close(CloseReason reason) {
    move(Event.CLOSE);
    link().closeWithTimeout(reason);
  }

  /**
   * Whether the client may come back when its connection ends now. The client's reader only.
   *
   * @param finished whether the client has said that it is done
   */
  boolean mayReturn(boolean finished) {
    Resumption resumption = link().resumption();
    return resumption != null
        && !resumption.isForfeited()
        && !finished
        && identity.announced()
        && state() == ClientState.CONNECTED;
  }

  /** Called when a connection has ended, as the last thing that its reader does. */
  void connectionEnded(FrameConnection connection, boolean mayReturn) {
    // A client that has stopped reading holds the relay thread; it must not hold the ports too.
    context.clock().schedule(Limits.SESSION_END_LINGER, () -> link().abort(connection));
    if (!mayReturn) {
      context.clientEnded(this); // first, so that it is no longer listed when the gauge says that it has gone
    }
    context.stats().decrement(Counter.WS_CONNECTIONS);
    if (mayReturn) {
      link().disconnect(() -> move(Event.LOST));
    } else {
      move(Event.END);
    }
  }

  /**
   * Handles RESUME: this client's connection, which is new, takes over the sockets of another client.
   * Called by the reader of the connection; blocks until the other client has lost its own connection.
   *
   * @return OK, or why this is not possible, in which case this client goes on as before
   */
  Errno handOverTo(Client other, ClientFrame.Resume frame) {
    Resumption resumption = other.link().resumption();
    if (other == this || resumption == null || !resumption.possible(frame.frames())) {
      return Errno.ESTALE;
    }
    other.link().abort(); // a client that comes back has lost its connection
    Errno claimed = other.claim();
    if (claimed != Errno.OK) {
      return claimed;
    }
    SessionIdentity before = other.identity;
    FrameConnection connection = link().release();
    other.identity = identity; // first: the client may ask for a report as soon as it hears of it
    if (connection == null || !other.link().resume(connection, frame)) {
      other.identity = before;
      other.move(Event.LOST);
      if (connection != null) {
        link().takeBack(connection);
      }
      return Errno.ESTALE;
    }
    other.resumed();
    move(Event.END);
    return Errno.OK;
  }

  private void resumed() {
    recordActivity();
    lock.lock();
    try {
      grace = null;
    } finally {
      lock.unlock();
    }
    if (state() == ClientState.CLOSING) { // the daemon wanted to close it while it had no connection
      link().close(CloseReason.GOING_AWAY);
    }
  }

  /** Waits until its connection is gone; from then on no other connection may resume it. */
  private Errno claim() {
    Deadline deadline = Deadline.in(Limits.SUPERSEDE, context.clock());
    lock.lock();
    try {
      while (state == ClientState.CONNECTED) {
        if (!deadline.await(nanos -> changed.await(nanos, TimeUnit.NANOSECONDS))) {
          return Errno.EAGAIN;
        }
      }
      if (state != ClientState.DISCONNECTED) {
        return Errno.ESTALE;
      }
      state = state.next(Event.RESUME);
      context.disconnected().leave(this);
      return Errno.OK;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Errno.EAGAIN;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void cannotResume() {
    Thread.ofVirtual().name("iodaemon-expiry").start(this::expire);
  }

  @Override
  public void closeForMemory() {
    Thread.ofVirtual()
        .name("iodaemon-expiry")
        .start(() -> close(CloseReason.TRY_AGAIN_LATER));
  }

  /** Ends the client, unless it has a connection. */
  void expire() {
    move(Event.EXPIRE);
  }

  /**
   * Waits until it has ended.
   *
   * @return false when the time was too short
   */
  boolean awaitEnd(Deadline deadline) throws InterruptedException {
    return deadline.await(nanos -> ended.await(nanos, TimeUnit.NANOSECONDS));
  }

  private void move(Event event) {
    boolean ending;
    Client evicted = null;
    lock.lock();
    try {
      ClientState before = state;
      state = before.next(event);
      ending = state == ClientState.ENDED && before != state;
      if (before == ClientState.DISCONNECTED && state != before) {
        context.disconnected().leave(this);
      } else if (state == ClientState.DISCONNECTED && state != before) {
        evicted = context.disconnected().enter(this, graceLeft());
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    if (ending) {
      end();
    }
    if (evicted != null) {
      evicted.expire();
    }
  }

  /** A client whose resumption failed gets only what was left of its time. Called with the lock held. */
  private Deadline graceLeft() {
    if (grace == null) {
      grace = Deadline.in(context.limits().resumeGrace(), context.clock());
    }
    return grace;
  }

  private void end() {
    String offered = ticket;
    if (offered != null) {
      context.tickets().take(offered, this);
    }
    sockets.end();
    context.clientEnded(this);
    ended.countDown();
  }
}
