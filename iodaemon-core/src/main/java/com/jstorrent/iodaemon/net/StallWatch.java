package com.jstorrent.iodaemon.net;

import com.jstorrent.iodaemon.transport.kernel.KernelQueues;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches, during one wait of a client for room, which of the peers that are in the way take nothing:
 * not one byte in the whole time, however long the queue is. Whether a slow peer takes bytes shows when
 * the daemon tries to write, and in what the system still holds for the peer. Used by the client's
 * reader.
 */
final class StallWatch {
  private static final Logger LOG = LoggerFactory.getLogger(StallWatch.class);

  /**
   * How often the peers are checked within the time of a stall, so that a stall is found late by one
   * such step at most.
   */
  private static final int CHECKS = 20;

  private final NetContext net;
  private final TcpSocket socket;
  private final IntSupplier bytes;
  private final long stallNanos;
  private final Map<SocketChannel, Long> known = new HashMap<>(); // unread at the last check
  private final AtomicBoolean flushing = new AtomicBoolean();
  private final long begun;
  private long noneClosedSince; // the limit for room counts from here
  private long nextCheck;

  /**
   * @param socket the socket whose frame waits
   * @param bytes how many bytes of that frame wait
   */
  StallWatch(NetContext net, TcpSocket socket, IntSupplier bytes) {
    this.net = net;
    this.socket = socket;
    this.bytes = bytes;
    this.stallNanos = net.limits().sendStall().toNanos();
    this.begun = net.shared().clock().nanoTime();
    this.noneClosedSince = begun;
    this.nextCheck = begun + stepNanos();
  }

  /** How long to wait between two checks. */
  long stepNanos() {
    return stallNanos / CHECKS;
  }

  /**
   * Closes the socket that is in the way, if its time is over.
   *
   * @return whether one was closed
   */
  boolean check() {
    List<TcpSocket> inTheWay = inTheWay();
    if (!flushing.getAndSet(true)) {
      List<QueuedOutput> outputs = connected(inTheWay).stream().map(TcpSocket::queued).toList();
      QueuedOutput.flushAll(outputs, net.shared().peerWriter(), () -> flushing.set(false));
    }
    long now = net.shared().clock().nanoTime();
    if (now - nextCheck < 0) {
      return false;
    }
    nextCheck = now + stepNanos();
    checkSystemQueues(inTheWay);
    Optional<TcpSocket> culprit =
        longest(inTheWay.stream().filter(each -> now - stallStart(each) >= stallNanos).toList());
    if (culprit.isEmpty() && atOwnBound()
        && now - noneClosedSince >= net.limits().sendRoom().toNanos()) {
      culprit = longest(inTheWay);
    }
    if (culprit.isEmpty()) {
      return false;
    }
    culprit.get().stalled();
    noneClosedSince = now;
    return true;
  }

  /** Whether the client waits because of its own queues, and not only because of those of other clients. */
  private boolean atOwnBound() {
    return atBoundOfSocket() || !net.budget().isWithinBound(bytes.getAsInt());
  }

  private boolean atBoundOfSocket() {
    return socket.output().bytes() + bytes.getAsInt() > net.limits().socketQueueBytes();
  }

  /**
   * When all queues together are too long, the longest has to go, not the one whose frame came last.
   * Clients rely on a socket not being closed if they have kept to its credit.
   */
  private List<TcpSocket> inTheWay() {
    if (atBoundOfSocket()) {
      return List.of(socket);
    }
    List<TcpSocket> others =
        net.table()
            .sockets(TcpSocket.class)
            .stream()
            .filter(each -> each.output().bytes() > 0 && !each.sendCredit().isKept())
            .toList();
    return others.isEmpty() ? List.of(socket) : others;
  }

  private static List<TcpSocket> connected(List<TcpSocket> sockets) {
    return sockets.stream().filter(each -> each.connection() != null).toList();
  }

  private static Optional<TcpSocket> longest(List<TcpSocket> sockets) {
    return sockets.stream().max(Comparator.comparingLong(each -> each.output().bytes()));
  }

  private long stallStart(TcpSocket each) {
    return Math.max(begun, each.output().stallTimerStart());
  }

  /**
   * The first check of a socket counts as a sign of life, because what happened before is not known. So
   * does a check for which there is no descriptor.
   */
  private void checkSystemQueues(List<TcpSocket> inTheWay) {
    Map<SocketChannel, TcpSocket> channels = new HashMap<>();
    connected(inTheWay).forEach(each -> channels.put(each.channel(), each));
    try {
      KernelQueues.unread(channels.keySet())
          .forEach(
              (channel, unread) -> {
                if (!unread.equals(known.put(channel, unread))) {
                  channels.get(channel).output().resetStallTimer();
                }
              });
    } catch (IOException e) {
      LOG.debug("What peers take is not known now: {}", e.toString());
      channels.values().forEach(socket -> socket.output().resetStallTimer());
    }
  }
}
