package com.jstorrent.iodaemon.client;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The client's side of a session. One thread reads frames, and resumes the session after a lost connection; another
 * one writes frames. Thread-safe.
 */
final class Session implements Reconnection.Owner {
  private static final Logger LOG = LoggerFactory.getLogger(Session.class);

  private final SessionContext context;
  private final Dispatch dispatch;
  private final Reconnection reconnection;
  private final ReentrantLock lock = new ReentrantLock();
  private final Thread reader;
  private final Thread writer;
  private FrameLink link; // guarded by lock, like those below
  private boolean closing; // what is queued is still sent
  private boolean closed;
  private StateChange latest = new StateChange(ClientState.CONNECTED, null);

  private Session(FrameLink first, SessionContext context, FrameLink.Connector connector,
      String token) {
    this.link = first;
    this.context = context;
    this.dispatch = new Dispatch(context);
    this.reconnection = new Reconnection(connector, token, context, dispatch);
    this.reader =
        Thread.ofPlatform().daemon().name("iodaemon-client-reader").unstarted(() -> read(first));
    this.writer =
        Thread.ofPlatform().daemon().name("iodaemon-client-writer").unstarted(this::write);
  }

  /** Connects, authenticates, and starts. Each step blocks for the connect timeout at most. */
  static Session open(FrameLink.Connector connector, String token, ClientOptions options)
      throws IOException {
    try {
      FrameLink link = connector.connect(options.connectTimeout());
      boolean open = false;
      try {
        Negotiated negotiated =
            new Handshake(link, options::connectTimeout).authenticate(token, options);
        Outbox outbox = new Outbox(options.queueBytes(), options.replayBytes());
        Session session =
            new Session(link, new SessionContext(outbox, negotiated, options), connector, token);
        outbox.start(link, negotiated.ticket() != null);
        session.start();
        open = true;
        return session;
      } finally {
        if (!open) {
          link.abort();
        }
      }
    } catch (InterruptedException e) {
      throw CallTimeout.interrupted("Connecting to the daemon");
    }
  }

  /** Starts both threads, or none when the system gives the client only one. */
  private void start() {
    writer.start();
    boolean started = false;
    try {
      reader.start();
      started = true;
    } finally {
      if (!started) {
        writer.interrupt();
        end("there is no thread for it.", null);
      }
    }
  }

  SessionContext context() {
    return context;
  }

  StateChange latest() {
    lock.lock();
    try {
      return latest;
    } finally {
      lock.unlock();
    }
  }

  private void change(ClientState.Event event, @Nullable Throwable cause) {
    lock.lock();
    try {
      ClientState next = latest.state().after(event);
      if (next != latest.state()) {
        StateChange change = new StateChange(next, cause);
        latest.followedBy(change);
        latest = change;
      }
    } finally {
      lock.unlock();
    }
  }

  private void write() {
    try {
      Outbox.Outgoing next;
      while ((next = context.outbox().take()) != null) {
        try {
          next.link().send(next.frame(), next.more());
        } catch (IOException e) {
          next.link().abort(); // the reader notices, and decides what to do
          context.outbox().detach(next.link());
        }
      }
    } catch (InterruptedException e) {
      stopped(e);
    } catch (RuntimeException | Error e) {
      broken(e);
    }
  }

  private void read(FrameLink first) {
    try {
      FrameLink current = first;
      while (current != null) {
        IOException end = readAll(current);
        context.outbox().detach(current);
        FrameLink ended = current;
        if (end instanceof LinkClosedException closed) {
          current = null;
          if (!isClosed()) {
            end(dispatch.explain(closed), closed);
          }
          ended.close(); // sends the answer to the daemon's Close, which may have to wait for a frame
        } else {
          if (end instanceof MalformedFrameException) {
            ended.close(); // with a Close, or the daemon would keep the sockets
          }
          ended.abort();
          current = isClosed() ? null : another(end);
        }
      }
    } catch (InterruptedException e) {
      stopped(e);
    } catch (RuntimeException | Error e) {
      broken(e);
    }
  }

  /** A program may interrupt all threads of a group, this one included; then no thread reads or writes any more. */
  private void stopped(InterruptedException interrupt) {
    if (isClosed()) {
      LOG.debug("A thread of the client was stopped.");
    } else {
      end("a thread of the client was interrupted.", interrupt);
      current().close(); // with a Close, unless the interrupt has cut the connection that this thread was reading
    }
  }

  private void broken(Throwable defect) {
    LOG.error("The client has ended because of a defect.", defect);
    end("there is a defect in the client.", defect);
    current().close(); // with a Close, or the daemon would keep the sockets
  }

  /** Reads until the connection ends, and tells why it did. */
  private IOException readAll(FrameLink from) throws InterruptedException {
    try {
      while (true) {
        ByteBuffer frame = from.receive(SocketDeadline.UNLIMITED);
        if (frame != null) {
          dispatch.handle(frame, () -> from.release(frame));
        }
      }
    } catch (IOException e) {
      return e;
    }
  }

  /** Another connection of the same session, or null when there is none. */
  private @Nullable FrameLink another(IOException end) throws InterruptedException {
    if (end instanceof MalformedFrameException || !dispatch.isResumable()) {
      end(String.valueOf(end.getMessage()), end);
      return null;
    }
    LOG.info("The connection to the daemon was lost; resuming the session: {}", end.getMessage());
    change(ClientState.Event.LOST, end);
    try {
      FrameLink next = reconnection.resume(end, this);
      if (isClosed()) {
        next.close();
        return null;
      }
      change(ClientState.Event.RESUMED, null);
      return next;
    } catch (IOException e) {
      end(String.valueOf(e.getMessage()), e);
      return null;
    }
  }

  @Override
  public void use(FrameLink next) {
    lock.lock();
    try {
      link = next;
    } finally {
      lock.unlock();
    }
  }

  private void end(String why, @Nullable Throwable cause) {
    context.failAll(() -> new ConnectionLostException(why, cause));
    change(ClientState.Event.ENDED, cause);
  }

  @Override
  public boolean isClosing() {
    lock.lock();
    try {
      return closing;
    } finally {
      lock.unlock();
    }
  }

  private FrameLink current() {
    lock.lock();
    try {
      return link;
    } finally {
      lock.unlock();
    }
  }

  /** Whether no further connection is wanted: the application has closed the client, or something has ended it. */
  private boolean isClosed() {
    lock.lock();
    try {
      return closed || latest.state() == ClientState.CLOSED;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Sends what is queued, on another connection if one is lost meanwhile, ends everything, and tells the daemon. Blocks
   * for that even if the thread was interrupted before: calls are often ended by an interrupt, and the daemon must hear
   * of the end all the same.
   *
   * @return false when another call has closed it before
   */
  boolean close() {
    if (!beginClosing()) {
      return false;
    }
    context.sockets().stopBlocking(); // or the reading thread may wait for the application, and not see a loss
    ExceptionSupplier why = () -> new SocketException("The client is closed.");
    boolean interrupted = Thread.interrupted();
    try {
      context.outbox().drain(why, CallTimeout.of("Sending", context.options().closeTimeout()));
    } catch (InterruptedIOException e) {
      LOG.debug("Frames that were not sent are dropped: {}", e.getMessage());
    }
    FrameLink last = endClosing();
    context.failAll(why);
    try {
      last.close();
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
      reader.interrupt();
      writer.interrupt();
      change(ClientState.Event.ENDED, null);
    }
    return true;
  }

  private boolean beginClosing() {
    lock.lock();
    try {
      boolean first = !closing;
      closing = true;
      return first;
    } finally {
      lock.unlock();
    }
  }

  /** From now on no other connection is made. Returns the last one. */
  private FrameLink endClosing() {
    lock.lock();
    try {
      closed = true;
      return link;
    } finally {
      lock.unlock();
    }
  }
}
