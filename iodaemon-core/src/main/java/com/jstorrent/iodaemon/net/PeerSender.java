package com.jstorrent.iodaemon.net;

import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.transport.LargeFrame;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;

/**
 * What TCP_SEND does: write at once, else queue, else wait for room, and in the end give up the
 * socket that is in the way (PROTOCOL.md § 4.6). Used by the client's reader only; while it waits
 * here, TCP slows the client.
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
   * @return false when the connection has ended before there was room: then nothing of the frame was
   *     taken
   */
  boolean send(TcpSocket socket, ByteBuffer data) {
    int size = data.remaining();
    socket.write(data);
    if (data.hasRemaining()) {
      if (!awaitRoom(socket, data.remaining()) && data.remaining() == size) {
        return false;
      }
      socket.enqueue(data);
    }
    socket.taken(size);
    return true;
  }

  /**
   * As {@link #send(TcpSocket, ByteBuffer)}: nothing is queued before there is room for all that the
   * peer did not take at once.
   */
  boolean send(TcpSocket socket, LargeFrame data) {
    int size = data.remaining();
    ByteBuffer part;
    while ((part = data.next()) != null) {
      socket.write(part);
      if (part.hasRemaining()) {
        break;
      }
    }
    int left = data.remaining();
    if (left > 0 && !awaitRoom(socket, left) && left == size) {
      return false;
    }
    while ((part = data.next()) != null) {
      socket.enqueue(part);
      part.position(part.limit()); // for a socket that has ended, nothing is queued
    }
    socket.taken(size);
    return true;
  }

  private boolean awaitRoom(TcpSocket socket, int bytes) {
    if (hasRoom(socket, bytes)) {
      return true;
    }
    net.stats().increment(Counter.SEND_PAUSES);
    socket.meter().paused();
    StallWatch stalls = new StallWatch(net, socket, bytes);
    long step = Math.min(PROBE_NANOS, stalls.stepNanos());
    while (!net.gate().await(() -> hasRoom(socket, bytes), step)) {
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

  /** True as well for a socket that has ended: nothing is queued for it. */
  private boolean hasRoom(TcpSocket socket, int bytes) {
    return socket.state() == SocketState.CLOSED
        || socket.output().bytes() + bytes <= net.limits().socketQueueBytes()
            && net.budget().isWithinBound(bytes)
            && net.budget().hasMemory(bytes);
  }
}
