package com.jstorrent.iodaemon.net;

import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.transport.LargeFrame;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * What TCP_SEND does: write at once, else queue, else wait for room, and in the end give up the
 * socket that is in the way (PROTOCOL.md § 4.6). There is always room for what the client has credit
 * for; only a frame that is sent together with one that exceeds the credit waits with it. Used by the client's
 * reader only; while it waits here, TCP slows the client.
 */
final class PeerSender {
  /**
   * A client that goes away cannot be seen while it is not read; but writing to it fails, at the
   * second try at the latest. PROTOCOL.md § 4.12 gives us one second.
   */
  private static final long PROBE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final NetContext net;
  private final Runnable whileWaiting;

  /**
   * @param whileWaiting runs again and again while the client is not read
   */
  PeerSender(NetContext net, Runnable whileWaiting) {
    this.net = net;
    this.whileWaiting = whileWaiting;
  }

  /**
   * @param data in order, for one write
   * @return false when the connection has ended before there was room: then nothing of it was taken
   */
  boolean send(TcpSocket socket, ByteBuffer... data) {
    int size = PeerOutput.remaining(data);
    boolean covered = socket.sendCredit().covers(size);
    socket.write(0, data);
    int left = PeerOutput.remaining(data);
    if (left > 0) {
      BooleanSupplier room = () -> hasRoom(socket, left) && net.budget().hasMemory(left);
      if (!covered && !awaitRoom(socket, left, room) && left == size) {
        return false;
      }
      for (ByteBuffer part : data) {
        if (part.hasRemaining()) {
          socket.enqueue(part);
        }
      }
    }
    socket.taken(size);
    return true;
  }

  /**
   * As {@link #send(TcpSocket, ByteBuffer...)}: nothing is queued before there is room for all that the
   * peer did not take at once. It needs no further memory: that of each part is given back when the
   * next one is queued.
   */
  boolean send(TcpSocket socket, LargeFrame data) {
    int size = data.remaining();
    boolean covered = socket.sendCredit().covers(size);
    ByteBuffer part;
    while ((part = data.next()) != null) {
      socket.write(data.remaining() - part.remaining(), part);
      if (part.hasRemaining()) {
        break;
      }
    }
    int left = data.remaining();
    boolean waits = left > 0 && !covered;
    if (waits && !awaitRoom(socket, left, () -> hasRoom(socket, left)) && left == size) {
      return false;
    }
    while ((part = data.next()) != null) {
      socket.enqueue(part);
      part.position(part.limit()); // for a socket that has ended, nothing is queued
    }
    socket.taken(size);
    return true;
  }

  private boolean awaitRoom(TcpSocket socket, int bytes, BooleanSupplier room) {
    BooleanSupplier enough = () -> socket.state() == SocketState.CLOSED || room.getAsBoolean();
    if (enough.getAsBoolean()) {
      return true;
    }
    net.stats().increment(Counter.SEND_PAUSES);
    socket.meter().paused();
    StallWatch stalls = new StallWatch(net, socket, bytes);
    long step = Math.min(PROBE_NANOS, stalls.stepNanos());
    while (!net.gate().await(enough, step)) {
      if (net.gate().isOpen()) {
        return false;
      }
      if (!stalls.look()) {
        net.relay().client().probe();
        whileWaiting.run();
      }
    }
    return true;
  }

  private boolean hasRoom(TcpSocket socket, int bytes) {
    return socket.output().bytes() + bytes <= net.limits().socketQueueBytes()
        && net.budget().isWithinBound(bytes);
  }
}
