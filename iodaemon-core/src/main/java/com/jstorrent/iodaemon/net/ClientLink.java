package com.jstorrent.iodaemon.net;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.frame.Capability;
import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.stats.live.Stats;
import com.jstorrent.iodaemon.transport.CloseReason;
import com.jstorrent.iodaemon.transport.FrameConnection;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The way to one client: its relay, and the connection that this writes to, which may be another one after
 * RESUME. Where a method does not say otherwise,
 * any thread may call it, and it does not block.
 */
public final class ClientLink {
  private final NetContext net;
  private final AtomicBoolean flushPending = new AtomicBoolean();
  private volatile @Nullable Resumption resumption;

  ClientLink(NetContext net) {
    this.net = net;
  }

  /** What is counted of this client. */
  public Stats stats() {
    return net.stats();
  }

  /** Bytes that wait to be sent to the client, or for its acknowledgement. */
  public long queuedBytes() {
    return net.relay().client().queuedBytes();
  }

  /** How long the frame that is being sent waits for the client to read. */
  public Duration blocked() {
    return net.relay().client().blocked();
  }

  /**
   * Answers CLIENT_HELLO.
   *
   * @param capabilities what the client has asked for and gets
   */
  public void greet(DaemonFrame.ServerHello answer, Set<Capability> capabilities) {
    net.negotiated().set(capabilities);
    if (!capabilities.contains(Capability.RESUME)) {
      reply(answer);
      return;
    }
    Resumption begun = new Resumption(net);
    resumption = begun;
    net.relay().post(() -> {
      net.relay().sendNow(answer);
      begun.begin(); // in the same task: no frame comes between them
    });
  }

  /** The client's reader waits for room; called again and again meanwhile. */
  void readerWaits() {
    Resumption resumable = resumption;
    if (resumable != null) {
      resumable.readerWaits();
    }
  }

  /** Whether the client has asked for it. */
  public boolean has(Capability capability) {
    return net.negotiated().has(capability);
  }

  /** What lets another connection go on with these sockets, or null when nothing does. */
  public @Nullable Resumption resumption() {
    return resumption;
  }

  /**
   * Relays until {@link ClientSockets#end}, with whatever connection there is, or until there is nothing
   * to relay for now; on a thread of its own, since it blocks.
   *
   * @throws IOException when the system fails
   */
  public void relay() throws IOException {
    if (net.relay().run()) {
      dispose();
    }
  }

  /** Ends the connection in order, behind the frames that were queued before. */
  public void close(CloseReason reason) {
    net.relay().post(() -> net.relay().client().end(reason));
  }

  /** As {@link #close}; a client that takes nothing cannot be told, and is cut off after a while. */
  public void closeInTime(CloseReason reason) {
    close(reason);
    net.clock().schedule(Limits.CLOSE_HANDSHAKE, this::abort);
  }

  /** Ends the connection at once, unless another one has taken its place. */
  public void abort(FrameConnection connection) {
    net.relay().client().abort(connection);
  }

  /** Ends whatever connection there is at once. */
  public void abort() {
    net.relay().client().abort(null);
  }

  /**
   * The connection has ended, and its reader has gone: lets go of it, and waits for another one.
   *
   * @param done runs on the relay's thread when nothing uses the connection any more
   */
  public void disconnect(Runnable done) {
    net.gate().open();
    net.relay()
        .post(
            () -> {
              net.relay().announcements().flush();
              net.relay().client().detach();
              done.run();
            });
  }

  /**
   * Gives the connection away, when everything that was queued before has been written. Called by the
   * client's reader; waits for the relay's thread.
   *
   * @return null when the connection has failed
   */
  public @Nullable FrameConnection release() {
    return onRelay(
        () -> {
          net.relay().announcements().flush();
          return net.relay().client().detach();
        });
  }

  /** Takes back what {@link #release} has given away. */
  public void takeBack(FrameConnection connection) {
    net.relay().post(() -> net.relay().client().attach(connection));
  }

  /**
   * Goes on with another connection (PROTOCOL.md § 9.3). Called by the reader of that connection; waits
   * for the relay's thread to take the connection, and not for what that sends then: a client may be
   * unable to read while the daemon does not read from it.
   *
   * @return false when the frames that the client lacks are not there, or when it does not fit
   */
  public boolean resume(FrameConnection connection, ClientFrame.Resume frame) {
    Resumption resumable = resumption;
    if (resumable == null) {
      return false;
    }
    CompletableFuture<Boolean> taken = new CompletableFuture<>();
    net.relay()
        .post(
            () -> {
              Runnable greeting = null;
              try {
                greeting = resumable.resume(connection, frame);
              } finally {
                taken.complete(greeting != null);
              }
              if (greeting != null) {
                greeting.run();
              }
            });
    return taken.join();
  }

  private <T extends @Nullable Object> T onRelay(Supplier<T> action) {
    CompletableFuture<T> result = new CompletableFuture<>();
    net.relay()
        .post(
            () -> {
              try {
                result.complete(action.get());
              } catch (RuntimeException e) {
                result.completeExceptionally(e);
                throw e;
              }
            });
    return result.join();
  }

  /**
   * Releases what {@link #relay} used. Called by its thread when that has failed, or by the one that could
   * not start it.
   */
  public void dispose() {
    net.gate().open(); // the reader may wait for room that is never made any more
    net.relay().close();
  }

  /** Whether the connection has ended, so that frames which are still read mean nothing. */
  public boolean isOver() {
    return net.gate().isOpen();
  }

  /** Queues a frame for the client. */
  public void reply(DaemonFrame frame) {
    net.relay().send(frame);
  }

  /** Makes the relay flush its connection soon. */
  public void flushSoon() {
    if (flushPending.compareAndSet(false, true)) {
      net.relay().post(() -> flushPending.set(false));
    }
  }

  /** Whether the client has taken enough of its replies to get more. */
  public boolean hasControlRoom() {
    return net.relay().client().hasControlRoom();
  }

  /** Waits while too many replies wait for the client to read them. */
  public void awaitControlRoom() {
    net.gate().await(net.relay().client()::hasControlRoom, Long.MAX_VALUE >> 1);
  }
}
