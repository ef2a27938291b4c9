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
 * The one thread at a time that writes to a client: sockets that are ready read their peers in turn, each straight
 * into the frame being built, and every other frame is sent between two of them.
 *
 * <p>Nothing is queued on this way. {@link FrameConnection#send} blocks while the client takes
 * nothing; then no peer is read, and TCP slows the peers. Since one thread reads, sends and closes,
 * the order that PROTOCOL.md § 4.2 asks for needs no locks: TCP_CONNECTED and TCP_ACCEPT are sent
 * before a channel is registered, TCP_CLOSE after its last byte was read.
 */
public final class Relay implements SelectorLoop.Handler {
  /** What {@link MonotonicClock#nanoTime} never says in the life of a machine. */
  private static final long NEVER = Long.MIN_VALUE;

  private final ClientWriter client;
  private final ReaderGate gate;
  private final InboundFrame inbound;
  private final BooleanSupplier expectsPeers;
  private final SelectorLoop loop;
  private final Set<Runnable> postponed = new LinkedHashSet<>(); // relay's thread only
  private final Announcements announcements;
  private final MonotonicClock clock;
  private long pausedNanos; // without the pause that lasts; like what follows, of the relay's thread
  private long pausedSince = NEVER;
  private long waitedBeforePause; // by the writer

  /**
   * @param expectsPeers whether the client has anything open, so that peers may come
   * @param starter starts a thread that calls {@link #run}, or else calls {@link #close} itself; called
   *     by the thread that posts
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
    this.client = new ClientWriter(connection, stats, clock, gate::open);
    this.clock = clock;
    this.gate = gate;
    this.expectsPeers = expectsPeers;
    this.loop = new SelectorLoop(starter, Limits.RELAY_REST);
    this.announcements = new Announcements(client, loop, clock);
    this.inbound = new InboundFrame(buffers, memory, clock, client.headroom());
  }

  /** The way to the client; its methods say on which threads. */
  public ClientWriter client() {
    return client;
  }

  /** The frame that is being built. The relay's thread only. */
  public InboundFrame inbound() {
    return inbound;
  }

  /** How the client is told of new sockets; its methods say on which threads. */
  public Announcements announcements() {
    return announcements;
  }

  /**
   * Relays until {@link #end}, with one connection after the other and with none in between, or until
   * there is nothing to relay for now.
   *
   * @return whether it has ended; otherwise the next task has another thread started
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

  /** Ends {@link #run} behind the tasks that were posted before. */
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

  /** Sends a control frame, behind whatever was posted before. Any thread. */
  public void send(DaemonFrame frame) {
    ByteBuffer encoded = client.encode(frame);
    int size = encoded.remaining();
    post(
        () -> {
          client.taken(size);
          gate.signal();
          client.write(frame.opcode(), encoded);
        });
  }

  /** Sends a control frame before anything that is posted. The relay's thread only. */
  public void sendNow(DaemonFrame frame) {
    client.write(frame);
  }

  /**
   * Sends a TCP_RECV frame with as many bytes as were read into the {@link InboundFrame#room} for it. The
   * relay's thread only.
   */
  public void sendInbound(int socketId, int count) {
    client.gather(inbound.tcpRecv(socketId, count));
    sendGathered();
  }

  /**
   * The same, but when the frame is large, the next one of its peer is sent in the same call of the system if that
   * has come as well: the daemon and the client wake each other less often then. {@link #sendGathered} has to follow.
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
    inbound.sent(client::keeps);
  }

  /** Whether something can still be sent. Any thread. */
  public boolean isOver() {
    return client.isClosed();
  }

  /**
   * Begins to read a channel. The relay's thread only, after {@link #open}.
   *
   * @return null when another thread has closed it meanwhile
   */
  @Nullable
  public SelectionKey register(SelectableChannel channel, Selectable reader) {
    return isOver() ? null : loop.register(channel, SelectionKey.OP_READ, reader);
  }

  /** Stops reading a channel. Any thread. */
  public void cancel(SelectableChannel channel) {
    loop.cancel(channel);
  }

  /** Runs something once peers may be read again; the same task only once. The relay's thread only. */
  public void afterPause(Runnable task) {
    postponed.add(task);
  }

  /** Small frames do not wait for what a bulk transfer reads and writes. */
  @Override
  public void bulkNext() {
    announcements.flush();
  }

  /** How long the relay has waited for its client in all, or had none: no peer was read. The relay's thread only. */
  public long waitedNanos() {
    return client.waitedNanos() + pausedNanos + (pausedSince == NEVER ? 0 : pause());
  }

  /** The pause that lasts, without what the writer has counted of it. */
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
