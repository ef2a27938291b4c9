package com.jstorrent.iodaemon.net;

import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.transport.LargeFrame;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Carries out TCP_SEND: writes at once, or else queues, or else waits for room, and in the end gives up
 * the socket that is in the way (PROTOCOL.md § 4.6). There is always room for what the client has
 * credit for, unless it is sent together with a frame that exceeds the credit: then it waits with that
 * one. Used by the client's reader only; while it waits here, TCP slows the client.
 */
final class PeerSender {
  /**
   * While a client is not read, the daemon does not see it go away; but writing to it then fails, at
   * the second attempt at the latest. PROTOCOL.md § 4.12 allows one second.
   */
  private static final long PROBE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final NetContext net;
  private final Runnable whileWaiting;

  /**
   * @param whileWaiting runs repeatedly while the client is not read
   */
  PeerSender(NetContext net, Runnable whileWaiting) {
    this.net = net;
    this.whileWaiting = whileWaiting;
  }

  /** Bytes of the client on their way to a peer. */
  private interface Outgoing {
    int remaining();

    /** Writes what the peer takes at once, unless older bytes wait for it. */
    void write(TcpSocket socket);

    /** Whether there is memory to queue the rest. */
    boolean hasMemory(SendBudget budget);

    /** Queues the rest; for a socket that has ended it is dropped. */
    void enqueue(TcpSocket socket);
  }

  /** One frame, or several consecutive ones. */
  private static final class Buffers implements Outgoing {
    private final ByteBuffer[] data;

    Buffers(ByteBuffer[] data) {
      this.data = data;
    }

    @Override
    public int remaining() {
      return PeerOutput.remaining(data);
    }

    @Override
    public void write(TcpSocket socket) {
      socket.write(0, data);
    }

    @Override
    public boolean hasMemory(SendBudget budget) {
      return budget.hasMemory(remaining());
    }

    @Override
    public void enqueue(TcpSocket socket) {
      for (ByteBuffer part : data) {
        if (part.hasRemaining()) {
          socket.enqueue(part);
        }
      }
    }
  }

  /**
   * A frame in parts. The memory of each part is given back when the next one is queued, so queueing
   * needs no more.
   */
  private record Parts(LargeFrame frame) implements Outgoing {
    @Override
    public int remaining() {
      return frame.remaining();
    }

    @Override
    public void write(TcpSocket socket) {
      ByteBuffer part;
      while ((part = frame.next()) != null) {
        socket.write(frame.remaining() - part.remaining(), part);
        if (part.hasRemaining()) {
          return;
        }
      }
    }

    @Override
    public boolean hasMemory(SendBudget budget) {
      return true;
    }

    @Override
    public void enqueue(TcpSocket socket) {
      ByteBuffer part;
      while ((part = frame.next()) != null) {
        socket.enqueue(part);
        part.position(part.limit());
      }
    }
  }

  /**
   * @param data in order, for one write
   * @return false when the connection has ended before there was room: then nothing of it was taken
   */
  boolean send(TcpSocket socket, ByteBuffer... data) {
    return send(socket, new Buffers(data));
  }

  /**
   * As {@link #send(TcpSocket, ByteBuffer...)}: nothing is queued before there is room for all that the
   * peer did not take at once.
   */
  boolean send(TcpSocket socket, LargeFrame data) {
    return send(socket, new Parts(data));
  }

  private boolean send(TcpSocket socket, Outgoing data) {
    int size = data.remaining();
    boolean covered = socket.sendCredit().covers(size);
    data.write(socket);
    if (data.remaining() > 0) {
      if (!covered && !awaitRoom(socket, data) && data.remaining() == size) {
        return false;
      }
      data.enqueue(socket);
    }
    socket.recordAccepted(size);
    return true;
  }

  private boolean awaitRoom(TcpSocket socket, Outgoing data) {
    BooleanSupplier enough =
        () -> socket.state() == SocketState.CLOSED
            || data.remaining() == 0
            || hasRoom(socket, data.remaining()) && data.hasMemory(net.budget());
    if (enough.getAsBoolean()) {
      return true;
    }
    net.stats().increment(Counter.SEND_PAUSES);
    socket.meter().paused();
    StallWatch stalls = new StallWatch(net, socket, data::remaining);
    long step = Math.min(PROBE_NANOS, stalls.stepNanos());
    while (!net.gate().await(enough, step)) {
      if (net.gate().isReleased()) {
        return false;
      }
      writeOn(socket, data);
      if (!stalls.check()) {
        net.relay().client().probe();
        whileWaiting.run();
      }
    }
    return true;
  }

  /** While nothing is queued the peer writer has nothing to do, so what the peer can take by now is written here. */
  private static void writeOn(TcpSocket socket, Outgoing data) {
    int before = data.remaining();
    data.write(socket);
    if (data.remaining() < before) {
      socket.output().resetStallTimer();
    }
  }

  private boolean hasRoom(TcpSocket socket, int bytes) {
    return socket.output().bytes() + bytes <= net.limits().socketQueueBytes()
        && net.budget().isWithinBound(bytes);
  }
}
