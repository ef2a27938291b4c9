package com.jstorrent.iodaemon.net;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.frame.Errno;
import com.jstorrent.iodaemon.frame.FrameHeader;
import com.jstorrent.iodaemon.frame.Opcode;
import com.jstorrent.iodaemon.net.Retention.Event;
import com.jstorrent.iodaemon.net.relay.ReplayLog;
import com.jstorrent.iodaemon.transport.FrameConnection;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Carries the sockets of one client over from a lost connection to the next one (PROTOCOL.md § 9.3):
 * both sides number their frames, keep those that the other side has not acknowledged, and send them
 * again. Called by the client's reader, unless a method says otherwise.
 */
public final class Resumption {
  /** From a client that does not know how many frames it has received: 2^64 - 1 on the wire. */
  public static final long UNKNOWN = -1;

  private final NetContext net;
  private final ReplayLog log;
  private final AtomicLong received = new AtomicLong(); // changed by the reader; another reader comes only after this one has gone
  private long acknowledged;
  private final AtomicBoolean ackWanted = new AtomicBoolean();
  private int unacknowledgedBytes;
  private final AtomicReference<Retention> retention = new AtomicReference<>(Retention.KEPT);

  Resumption(NetContext net) {
    this.net = net;
    this.log =
        new ReplayLog(
            net.limits().replayBytes(),
            net.memory(),
            net.shared().segments(),
            net.shared().frames(),
            net.relay()::wakeUp);
  }

  /**
   * Starts to keep the frames for the client, because SERVER_HELLO has been written. The relay's thread
   * only.
   */
  void begin() {
    net.relay().client().keepFrames(log, this::forfeit);
    if (isForfeited()) {
      net.relay().client().keepFrames(null, () -> {});
    }
  }

  /** Called when frames of the client have been handled, so that the client need not keep them any more. */
  public void handled(int frames, int bytes) {
    long count = received.addAndGet(frames);
    unacknowledgedBytes += bytes;
    if (unacknowledgedBytes >= Limits.ACK_BYTES || count - acknowledged >= Limits.ACK_FRAMES) {
      acknowledged = count;
      unacknowledgedBytes = 0;
      if (!ackWanted.getAndSet(true)) {
        net.relay().post(this::sendAck);
      }
    }
  }

  /** After how many more frames the next ACK is due, at the latest. The client's reader only. */
  public int framesUntilAck() {
    return (int) Math.max(1, Limits.ACK_FRAMES - (received.get() - acknowledged));
  }

  /** After how many more bytes it is due. The client's reader only. */
  public int bytesUntilAck() {
    return Limits.ACK_BYTES - unacknowledgedBytes;
  }

  /**
   * Takes the count when the ACK is sent, not when it became due: an ACK that has waited while the
   * connection was lost must not report less than RESUMED did.
   */
  private void sendAck() {
    ackWanted.set(false);
    net.relay().sendNow(new DaemonFrame.Ack(0, received.get()));
  }

  /** Handles an ACK of the client; returns false when its count cannot be right. */
  public boolean acknowledge(long frames) {
    return isForfeited() || log.acknowledge(frames);
  }

  /**
   * Called while the client is not read because a peer is slow, so that its acknowledgements are stuck
   * behind what it has sent. If the log is full, no peer is read either, although the slow peer may be
   * waiting for just that; so the frames are given up.
   */
  void readerWaits() {
    if (log.isFull()) {
      forfeit();
    }
  }

  /** The client has ended. */
  void close() {
    log.close();
  }

  /**
   * Gives up keeping the frames: the sockets live on, but cannot be resumed. A replay in progress
   * continues, since the client has been told that it gets those frames. Any thread.
   */
  void forfeit() {
    if (!move(Event.FORFEIT).isForfeited()) {
      net.relay().client().keepFrames(null, () -> {});
      net.relay().send(new DaemonFrame.Resumed(0, Errno.ENOBUFS.number(), 0, 0, List.of()));
    }
  }

  /** Returns the state before; closes the log when no frames are to be kept. */
  private Retention move(Event event) {
    Retention before = retention.getAndUpdate(state -> state.next(event));
    if (before.next(event) == Retention.FORFEITED) {
      log.close();
    }
    return before;
  }

  /** Whether a client that has received this many frames, or {@link #UNKNOWN}, could resume here. */
  public boolean possible(long frames) {
    return !isForfeited() && (frames == UNKNOWN || log.covers(frames));
  }

  /** Whether the frames are kept only until they have been sent again. */
  boolean isForfeitedInReplay() {
    return retention.get() == Retention.FORFEITED_IN_REPLAY;
  }

  /** Whether the frames are no longer kept, so that no connection can resume. */
  public boolean isForfeited() {
    return retention.get().isForfeited();
  }

  /**
   * Continues with another connection. Called on the relay's thread, while the reader of the new
   * connection waits and that of the old one has gone.
   *
   * @return what sends RESUMED and the frames that the client lacks; null when resuming is not
   *     possible, in which case nothing has changed
   */
  @Nullable
  Runnable resume(FrameConnection connection, ClientFrame.Resume frame) {
    long known = frame.frames() == UNKNOWN ? log.acknowledged() : frame.frames();
    if (move(Event.REPLAY) != Retention.KEPT) {
      return null;
    }
    if (!log.covers(known) || !net.relay().client().fits(connection)) {
      move(Event.REPLAY_OVER);
      return null;
    }
    log.acknowledge(known);
    net.gate().reset();
    acknowledged = received.get();
    unacknowledgedBytes = 0;
    net.relay().client().attach(connection);
    net.relay().announcements().restart();
    DaemonFrame.Resumed resumed =
        new DaemonFrame.Resumed(
            frame.requestId(), Errno.OK.number(), received.get(), known, live());
    ReplayLog.Replay missing = log.replay();
    return () -> {
      try {
        net.relay().sendNow(resumed);
        sendAgain(missing);
      } finally {
        move(Event.REPLAY_OVER);
      }
    };
  }

  /**
   * The order of the frames is fixed, so the first event of a socket is not delayed here, but gets a
   * write of its own.
   */
  private void sendAgain(ReplayLog.Replay frames) {
    Set<Integer> announced = new HashSet<>();
    for (int size; (size = frames.nextBytes()) > 0;) {
      ByteBuffer frame = net.relay().inbound().frame(size);
      if (!frames.next(frame)) {
        continue;
      }
      frame.flip().position(net.relay().client().headroom());
      switch (Opcode.of(FrameHeader.opcode(frame))) {
        case TCP_CONNECTED -> announced.add(FrameHeader.socketId(frame));
        case TCP_ACCEPT -> announced.add(frame.getInt(frame.position() + FrameHeader.DATA_OFFSET));
        case TCP_RECV, TCP_SHUTDOWN, TCP_CREDIT, TCP_CLOSE -> {
          if (announced.contains(FrameHeader.socketId(frame))) {
            net.relay().client().flush();
            announced.clear();
          }
        }
        case null, default -> {
        }
      }
      net.relay().client().writeAgain(frame);
    }
  }

  private List<DaemonFrame.Live> live() {
    Map<Integer, Long> missing = log.payloadBytes();
    List<DaemonFrame.Live> entries = new ArrayList<>();
    List<PeerSocket> sockets = new ArrayList<>(net.table().sockets());
    sockets.addAll(net.table().closing());
    sockets.addAll(net.table().servers());
    for (PeerSocket socket : sockets) {
      DaemonFrame.Live live = socket.live();
      long got = Math.max(0, live.toClient() - missing.getOrDefault(live.id(), 0L));
      entries.add(
          new DaemonFrame.Live(live.kind(), live.id(), live.state(), got, live.fromClient()));
    }
    return entries;
  }
}
