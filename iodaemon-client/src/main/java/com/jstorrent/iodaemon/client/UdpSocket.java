package com.jstorrent.iodaemon.client;

import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.frame.Errno;
import com.jstorrent.iodaemon.frame.FrameWriter;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A UDP socket of the daemon (PROTOCOL.md § 4.10). Datagrams may be lost, as always with UDP; this client also
 * drops them when they arrive faster than they are received. Thread-safe.
 */
public final class UdpSocket implements AutoCloseable {
  /** IPv6 has no larger datagram without an extension that hardly any host supports (RFC 2675). */
  private static final int MAX_BYTES = 65_527;

  /** What a waiting datagram counts besides its data, so that many empty ones are bounded, too. */
  private static final int OVERHEAD_BYTES = 256;

  private final SessionContext context;
  private final int id;
  private final BoundedQueue<Datagram> received;
  private final AtomicLong dropped = new AtomicLong();
  private final AtomicReference<@Nullable ExceptionSupplier> ended = new AtomicReference<>(); // why nothing is sent any more
  private volatile int port;

  private UdpSocket(SessionContext context) {
    this.context = context;
    this.received = new BoundedQueue<>(context.options().receiveBytes());
    this.id = context.sockets().add(new Events());
  }

  static UdpSocket bind(SessionContext context, String address, int port, CallTimeout timeout)
      throws IOException {
    UdpSocket socket = new UdpSocket(context);
    boolean bound = false;
    try {
      DaemonFrame.UdpBound result =
          (DaemonFrame.UdpBound) context.ask(
              request -> new ClientFrame.UdpBind(request, socket.id, port, address), timeout);
      if (result.errno() != 0) {
        throw new IoErrnoException("Binding port " + port, result.errno());
      }
      socket.port = result.boundPort();
      bound = true;
      return socket;
    } finally {
      if (!bound) {
        socket.close();
      }
    }
  }

  /** The port that it is bound to. */
  public int port() {
    return port;
  }

  /**
   * Sends one datagram. Blocks while the queue to the daemon is full. Whether the datagram arrives is not known.
   *
   * @param data is consumed, unless this throws
   * @throws IoErrnoException with errno 90 (EMSGSIZE) for more than 65,527 bytes
   * @throws IoErrnoException with another errno when the daemon has ended the socket
   * @throws java.nio.channels.ClosedChannelException when the socket was closed here
   */
  public void send(String host, int destination, ByteBuffer data) throws IOException {
    AddressChecks.checkPort(destination);
    if (data.remaining() > MAX_BYTES) {
      throw new IoErrnoException("Sending " + data.remaining() + " bytes", Errno.EMSGSIZE.number());
    }
    ByteBuffer frame =
        FrameWriter.write(
            new ClientFrame.UdpSend(0, id, destination, AddressChecks.checkHost(host), data), 0);
    if (context.outbox()
        .put(
            frame,
            () -> ended.get() == null,
            CallTimeout.of("Sending", context.options().writeTimeout()))) {
      data.position(data.limit());
    } else {
      requireOpen();
    }
  }

  private void requireOpen() throws IOException {
    ExceptionSupplier why = ended.get();
    if (why != null) {
      throw why.exception();
    }
  }

  /** Waits for a datagram, for the read timeout of the options at most. */
  public Datagram receive() throws IOException {
    return receive(context.options().readTimeout());
  }

  /**
   * Waits for a datagram.
   *
   * @param timeout zero means without limit
   * @throws java.net.SocketTimeoutException when none comes in time
   * @throws java.io.InterruptedIOException when the thread is interrupted
   */
  public Datagram receive(Duration timeout) throws IOException {
    return received.take(UdpSocket::size, CallTimeout.of("Receiving", timeout));
  }

  private static long size(Datagram datagram) {
    return (long) datagram.data().capacity() + OVERHEAD_BYTES;
  }

  /** Datagrams that this client has dropped because they were not received in time. */
  public long dropped() {
    return dropped.get();
  }

  /**
   * Joins a multicast group, on every network interface that can join it.
   *
   * @throws IoErrnoException with errno 22 (EINVAL) when it is not the address of a group, 19 (ENODEV) when no
   *     interface can join it
   */
  public void join(String group) throws IOException {
    requireOpen();
    multicast(
        "Joining " + group,
        context.ask(
            request -> new ClientFrame.UdpJoinMulticast(request, id,
                AddressChecks.checkHost(group)),
            CallTimeout.of("Joining a group", context.options().requestTimeout())));
  }

  /**
   * Leaves a multicast group.
   *
   * @throws IoErrnoException with errno 99 (EADDRNOTAVAIL) when it was not joined
   */
  public void leave(String group) throws IOException {
    requireOpen();
    multicast(
        "Leaving " + group,
        context.ask(
            request -> new ClientFrame.UdpLeaveMulticast(request, id,
                AddressChecks.checkHost(group)),
            CallTimeout.of("Leaving a group", context.options().requestTimeout())));
  }

  private static void multicast(String what, DaemonFrame answer) throws IOException {
    int errno = ((DaemonFrame.UdpMulticastResult) answer).errno();
    if (errno != 0) {
      throw new IoErrnoException(what, errno);
    }
  }

  /** Closes the socket; datagrams that were sent may still leave, those that came are dropped. Does not block. */
  @Override
  public void close() {
    end(AsynchronousCloseException::new); // first, so that nothing is sent after UDP_CLOSE
    context.sockets().remove(id);
    context.outbox().putControl(new ClientFrame.UdpClose(0, id));
    received.takeAll();
  }

  /** The first reason counts. */
  private void end(ExceptionSupplier why) {
    ended.compareAndSet(null, why);
    context.outbox().recheck();
    received.end(why);
  }

  private final class Events implements SocketEvents {
    @Override
    public void onFrame(DaemonFrame frame) {
      switch (frame) {
        case DaemonFrame.UdpRecv f -> {
          InetSocketAddress sender = InetSocketAddress.createUnresolved(f.address(), f.port());
          ByteBuffer data = ByteBuffer.allocate(f.data().remaining()).put(f.data()).flip();
          Datagram datagram = new Datagram(sender, data);
          if (!received.offer(datagram, size(datagram))) {
            dropped.incrementAndGet();
          }
        }
        case DaemonFrame.UdpClosed f -> {
          context.sockets().remove(id);
          int errno = f.errno();
          end(() -> new IoErrnoException("The UDP socket", errno));
        }
        default -> {
        }
      }
    }

    @Override
    public void onLost(ExceptionSupplier why) {
      end(why);
    }
  }
}
