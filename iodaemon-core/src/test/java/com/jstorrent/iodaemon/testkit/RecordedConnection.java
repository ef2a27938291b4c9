package com.jstorrent.iodaemon.testkit;

import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.frame.FrameReader;
import com.jstorrent.iodaemon.frame.FrameWriter;
import com.jstorrent.iodaemon.frame.ProtocolException;
import com.jstorrent.iodaemon.transport.CloseReason;
import com.jstorrent.iodaemon.transport.ConnectionInfo;
import com.jstorrent.iodaemon.transport.FrameConnection;
import com.jstorrent.iodaemon.transport.FrameReceiver;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A transport that records which frames the daemon passes to it for each write. */
public final class RecordedConnection implements FrameConnection, AutoCloseable {
  private final List<List<DaemonFrame>> writes = new CopyOnWriteArrayList<>();
  private final List<DaemonFrame> unwritten = new ArrayList<>(); // the relay's thread only
  private final FrameReceiver session;

  /** A connection whose client has authenticated. */
  public RecordedConnection(TestDaemon daemon) {
    session =
        daemon.services()
            .sessions()
            .accept(this, new ConnectionInfo(true, null, new PlainHello()));
  }

  /** Every write so far, with its frames. */
  public List<List<DaemonFrame>> writes() {
    return List.copyOf(writes);
  }

  /** Waits for a frame, and returns the number of the write that it came in. */
  public int awaitWrite(Class<? extends DaemonFrame> kind, int socketId) {
    TestDaemon.await(kind.getSimpleName(), () -> writeOf(kind, socketId) >= 0);
    return writeOf(kind, socketId);
  }

  private int writeOf(Class<? extends DaemonFrame> kind, int socketId) {
    List<List<DaemonFrame>> all = writes();
    for (int i = 0; i < all.size(); i++) {
      if (all.get(i)
          .stream()
          .anyMatch(frame -> kind.isInstance(frame) && isAbout(frame, socketId))) {
        return i;
      }
    }
    return -1;
  }

  private static boolean isAbout(DaemonFrame frame, int socketId) {
    return switch (frame) {
      case DaemonFrame.TcpConnected f -> f.socketId() == socketId;
      case DaemonFrame.TcpAccept f -> f.socketId() == socketId;
      case DaemonFrame.TcpRecv f -> f.socketId() == socketId;
      case DaemonFrame.TcpShutdown f -> f.socketId() == socketId;
      case DaemonFrame.TcpCredit f -> f.socketId() == socketId;
      case DaemonFrame.TcpClosed f -> f.socketId() == socketId;
      default -> true;
    };
  }

  /** Delivers a frame from the client; for one thread at a time. */
  public void say(ClientFrame frame) {
    session.onFrame(FrameWriter.write(frame, 0));
  }

  /** Delivers frames that have arrived together; for one thread at a time. */
  public void say(List<? extends ClientFrame> frames) {
    session.onFrames(frames.stream().map(frame -> FrameWriter.write(frame, 0)).toList());
  }

  /** The connection breaks. */
  public void vanish() {
    session.onClosed(false);
  }

  @Override
  public int headroom() {
    return 0;
  }

  @Override
  public void send(ByteBuffer frame) {
    ByteBuffer copy = ByteBuffer.allocate(frame.remaining()).put(frame).flip();
    try {
      unwritten.add(FrameReader.readDaemon(copy));
    } catch (ProtocolException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void flush() {
    if (!unwritten.isEmpty()) {
      writes.add(List.copyOf(unwritten));
      unwritten.clear();
    }
  }

  @Override
  public void close(CloseReason reason) {}

  @Override
  public void abort() {
    session.onFlushWanted();
  }

  @Override
  public void probe() {}

  @Override
  public void close() {
    session.onClosed(true);
  }
}
