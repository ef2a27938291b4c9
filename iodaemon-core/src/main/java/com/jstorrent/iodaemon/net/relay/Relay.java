package com.jstorrent.iodaemon.net.relay;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.memory.MemoryAccount;
import com.jstorrent.iodaemon.stats.live.Stats;
import com.jstorrent.iodaemon.time.MonotonicClock;
import com.jstorrent.iodaemon.transport.BufferPool;
import com.jstorrent.iodaemon.transport.FrameConnection;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Writes to a client, on one thread at a time: sockets that are ready read their peers in turn, each
 * straight into the frame being built, and every other frame is sent between two such turns.
 *
 * <p>Nothing is queued in this direction. {@link FrameConnection#send} blocks while the client takes
 * nothing; then no peer is read, and TCP slows the peers. Since one thread reads, sends and closes, the
 * order that PROTOCOL.md § 4.2 asks for needs no locks: TCP_CONNECTED and TCP_ACCEPT are sent before a
 * channel is registered, TCP_CLOSE after its last byte was read.
 */
public final class Relay implements SelectorLoop.Handler {
  /** A time that {@link MonotonicClock#nanoTime} never returns in the life of a machine. */
  private static final long NEVER = Long.MIN_VALUE;

  private final ClientWriter client;
  private final ReaderGate gate;
  private final InboundFrame inbound;
  private final BooleanSupplier expectsPeers;
  private final SelectorLoop loop;
  private final Set<Runnable> postponed = new LinkedHashSet<>(); // relay's thread only
  private final Announcements announcements;
  private final MonotonicClock clock;
  private long pausedNanos; // without the current pause; this and the fields below belong to the relay's thread
  private long pausedSince = NEVER;
  private long waitedBeforePause; // how long the writer had waited when the pause began

  /**
   * @param expectsPeers whether the client has anything open, so that peers may come
   * @param starter starts a thread that calls {@link #run}; if it cannot, it calls {@link #close}
   *     itself. Called by the thread that posts
   */
  public Relay(
      FrameConnection connection,
      Stats stats,
      ReaderGate gate,
      BufferPool buffers,
      MemoryAccount memory,
      MonotonicClock clock,
      BooleanSupplier expectsPeers,
      Runnable starter) {
    this.client = new ClientWriter(connection, stats, clock, gate::release);
    this.clock = clock;
    this.gate = gate;
    this.expectsPeers = expectsPeers;
    this.loop = new SelectorLoop(starter, Limits.RELAY_REST);
    this.announcements = new Announcements(client, loop, clock);
    this.inbound = new InboundFrame(buffers, memory, clock, client.headroom());
  }

  /** The writer to the client; its methods say which threads may call them. */
  public ClientWriter client() {
    return client;
  }

  /** The frame that is being built. The relay's thread only. */
  public InboundFrame inbound() {
    return inbound;
  }

  /** Tells the client of new sockets; its methods say which threads may call them. */
  public Announcements announcements() {
    return announcements;
  }

  /**
   * Relays until {@link #end}, over one connection after the other and without one in between, or until
   * there is nothing to relay for now.
   *
   * @return whether it has ended; otherwise the next task starts another thread
   * @throws IOException when the selector fails
   */
  public boolean run() throws IOException {
    return loop.run(this);
  }

  /**
   * Makes sure that peers can be read, as long as the client has something open. Any thread.
   *
   * @throws IOException when the system has no descriptor left
   */
  public void open() throws IOException {
    loop.open();
  }

  /** See {@link SelectorLoop#post}. */
  public void post(Runnable task) {
    loop.post(task);
  }

  public void wakeUp() {
    loop.wakeUp();
  }

  /** Ends {@link #run} after the tasks that were posted before. */
  public void end() {
    loop.end();
  }

  /** Releases everything, once {@link #run} has ended or failed, or no thread can run it. */
  public void close() {
    client.close();
    announcements.close();
    inbound.release();
    loop.close();
  }

  /** Sends a control frame, after whatever was posted before. Any thread. */
  public void send(DaemonFrame frame) {
    ByteBuffer encoded = client.encode(frame);
    int size = encoded.remaining();
    post(
        () -> {
          client.dequeued(size);
          gate.signal();
          client.write(frame.opcode(), encoded);
        });
  }

  /** Sends a control frame before anything that is posted. The relay's thread only. */
  public void sendNow(DaemonFrame frame) {
    client.write(frame);
  }

  /**
   * Sends a TCP_RECV frame with the {@code count} bytes that were read into {@link InboundFrame#room}.
   * The relay's thread only.
   */
  public void sendInbound(int socketId, int count) {
    client.gather(inbound.tcpRecv(socketId, count));
    sendGathered();
  }

  /**
   * The same, but a large frame waits for the next one of its peer, if that has arrived as well, and
   * both are sent in one system call: then the daemon and the client wake each other less often.
   * {@link #sendGathered} must follow.
   *
   * @return whether the next one is to be read at once
   */
  public boolean gatherInbound(int socketId, int count) {
    client.gather(inbound.tcpRecv(socketId, count));
    boolean waits = client.gathers() && inbound.another(count);
    if (!waits) {
      sendGathered();
    }
    return waits;
  }

  /** Sends what {@link #gatherInbound} left. The relay's thread only. */
  public void sendGathered() {
    client.sendGathered();
    inbound.sent(client::transferOwnership);
  }

  /** Whether nothing can be sent any more. Any thread. */
  public boolean isClosed() {
    return client.isClosed();
  }

  /**
   * Begins to read a channel. The relay's thread only, after {@link #open}.
   *
   * @return null when another thread has closed it meanwhile
   */
  @Nullable
  public SelectionKey register(SelectableChannel channel, Selectable reader) {
    return isClosed() ? null : loop.register(channel, SelectionKey.OP_READ, reader);
  }

  /** Stops reading a channel. Any thread. */
  public void cancel(SelectableChannel channel) {
    loop.cancel(channel);
  }

  /**
   * Runs a task once peers may be read again; a task that is given twice runs once. The relay's thread
   * only.
   */
  public void afterPause(Runnable task) {
    postponed.add(task);
  }

  /** Flushes, so that small frames do not wait for what a bulk transfer reads and writes. */
  @Override
  public void bulkNext() {
    announcements.flush();
  }

  /**
   * How long in all, in nanoseconds, the relay has waited for its client or had no connection, so that
   * no peer was read. The relay's thread only.
   */
  public long waitedNanos() {
    return client.waitedNanos() + pausedNanos + (pausedSince == NEVER ? 0 : pause());
  }

  /** The length of the current pause, without what the writer has counted of it. */
  private long pause() {
    return clock.nanoTime() - pausedSince - (client.waitedNanos() - waitedBeforePause);
  }

  private void countPause() {
    boolean paused = paused();
    if (paused && pausedSince == NEVER) {
      pausedSince = clock.nanoTime();
      waitedBeforePause = client.waitedNanos();
    } else if (!paused && pausedSince != NEVER) {
      pausedNanos += pause();
      pausedSince = NEVER;
    }
  }

  @Override
  public void roundOver() {
    countPause();
    if (!postponed.isEmpty() && !paused()) {
      List<Runnable> due = List.copyOf(postponed);
      postponed.clear();
      due.forEach(Runnable::run);
    }
    announcements.flush();
    inbound.roundOver();
  }

  @Override
  public long waitMillis() {
    return 0;
  }

  @Override
  public boolean paused() {
    return client.paused();
  }

  @Override
  public void idle() {
    inbound.release();
  }

  @Override
  public boolean expectsChannels() {
    return expectsPeers.getAsBoolean();
  }
}
