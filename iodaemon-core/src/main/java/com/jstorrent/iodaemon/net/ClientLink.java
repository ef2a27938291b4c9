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
 * The link to one client: its relay, and the connection that the relay writes to, which may be another
 * one after RESUME. Unless a method says otherwise, any thread may call it and it does not block.
 */
public final class ClientLink {
  private static final long NO_LIMIT_NANOS = Long.MAX_VALUE / 2; // half, so that the end does not overflow

  private final NetContext net;
  private final AtomicBoolean flushPending = new AtomicBoolean();
  private volatile @Nullable Resumption resumption;

  ClientLink(NetContext net) {
    this.net = net;
  }

  /** The counters of this client. */
  public Stats stats() {
    return net.stats();
  }

  /** Bytes that wait to be sent to the client, or for its acknowledgement. */
  public long queuedBytes() {
    return net.relay().client().queuedBytes();
  }

  /** How long the frame that is being sent has been waiting for the client to read. */
  public Duration blocked() {
    return net.relay().client().blocked();
  }

  /**
   * Answers CLIENT_HELLO.
   *
   * @param capabilities those that the client has asked for and is granted
   */
  public void answerHello(DaemonFrame.ServerHello answer, Set<Capability> capabilities) {
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

  /** Called repeatedly while the client's reader waits for room. */
  void readerWaits() {
    Resumption resumable = resumption;
    if (resumable != null) {
      resumable.readerWaits();
    }
  }

  /** Whether the client was granted this capability. */
  public boolean has(Capability capability) {
    return net.negotiated().has(capability);
  }

  /** What lets another connection take over these sockets, or null when none can. */
  public @Nullable Resumption resumption() {
    return resumption;
  }

  /**
   * Relays to whatever connection there is, until {@link ClientSockets#end} or until there is nothing
   * to relay for now. Blocks, so it needs a thread of its own.
   *
   * @throws IOException when the system fails
   */
  public void relay() throws IOException {
    if (net.relay().run()) {
      dispose();
    }
  }

  /** Closes the connection in an orderly way, after the frames that were queued before. */
  public void close(CloseReason reason) {
    net.relay().post(() -> net.relay().client().end(reason));
  }

  /** As {@link #close}, but cuts off, after a while, a client that reads nothing and so cannot be told. */
  public void closeWithTimeout(CloseReason reason) {
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
   * Detaches the connection, which has ended and whose reader is gone, so that another one can take its
   * place.
   *
   * @param done runs on the relay's thread when nothing uses the connection any more
   */
  public void disconnect(Runnable done) {
    net.gate().release();
    net.relay()
        .post(
            () -> {
              net.relay().announcements().flush();
              net.relay().client().detach();
              done.run();
            });
  }

  /**
   * Detaches the connection and returns it, after everything that was queued before has been written.
   * Called by the client's reader; blocks until the relay's thread has done so.
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
   * Continues with another connection (PROTOCOL.md § 9.3). Called by the reader of that connection.
   * Blocks until the relay's thread has taken the connection, but not until it has sent what is due
   * then: a client may be unable to read while the daemon does not read from it.
   *
   * @return false when the frames that the client lacks are no longer kept, or when the connection does
   *     not fit
   */
  public boolean resume(FrameConnection connection, ClientFrame.Resume frame) {
    Resumption resumable = resumption;
    if (resumable == null) {
      return false;
    }
    CompletableFuture<Boolean> attached = new CompletableFuture<>();
    net.relay()
        .post(
            () -> {
              Runnable replay = null;
              try {
                replay = resumable.resume(connection, frame);
              } finally {
                attached.complete(replay != null);
              }
              if (replay != null) {
                replay.run();
              }
            });
    return attached.join();
  }

  private <T extends @Nullable Object> T onRelay(Supplier<T> action) {
    CompletableFuture<T> result = new CompletableFuture<>();
    net.relay()
        .post(
            () -> {
              try {
                result.complete(action.get());
              } catch (RuntimeException | Error e) {
                result.completeExceptionally(e); // whatever it is: the reader waits without a limit
                throw e;
              }
            });
    return result.join();
  }

  /**
   * Releases what {@link #relay} used. Called by the relay's thread when it has ended or failed, or by
   * the thread that could not start it.
   */
  public void dispose() {
    net.gate().release(); // the reader may be waiting for room that is never made any more
    net.relay().close();
  }

  /** Whether the connection has ended, so that frames that are still read have no effect. */
  public boolean isDisconnected() {
    return net.gate().isReleased();
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

  /** Whether the client has read enough of its replies to get more. */
  public boolean hasControlRoom() {
    return net.relay().client().hasControlRoom();
  }

  /** Blocks while too many replies wait for the client to read them. */
  public void awaitControlRoom() {
    net.gate().await(net.relay().client()::hasControlRoom, NO_LIMIT_NANOS);
  }
}
