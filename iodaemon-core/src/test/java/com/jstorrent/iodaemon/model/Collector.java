package com.jstorrent.iodaemon.model;

import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.testkit.TestClient;
import com.jstorrent.iodaemon.testkit.TestDaemon;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Reads a client's frames in the background, sorts them by socket and checks their order. */
final class Collector {
  private static final int ACK_AFTER = 4;

  /** What has been received for one socket. */
  static final class Received {
    final ByteArrayOutputStream data = new ByteArrayOutputStream();
    final List<DaemonFrame> events = new ArrayList<>();
    boolean neverOpened;
    long granted; // by TCP_CREDIT
    int closes;
    int errno;
  }

  private final ReentrantLock reading = new ReentrantLock(); // held while the client is stalled
  private final Map<Integer, Received> sockets = new HashMap<>();
  private final Map<Integer, Integer> accepted = new HashMap<>(); // ids by the port of the peer
  private final List<String> faults = new ArrayList<>();
  private final boolean acknowledges;
  private volatile int serverPort;
  private volatile boolean answered; // the request that always fails
  private volatile boolean stopped;
  private long counted;
  private Thread thread = Thread.ofVirtual().unstarted(() -> {});

  Collector(boolean acknowledges) {
    this.acknowledges = acknowledges;
  }

  void start(TestClient client) {
    stopped = false;
    thread = Thread.ofVirtual().start(() -> run(client));
  }

  private void run(TestClient client) {
    try {
      while (true) {
        DaemonFrame frame = client.next();
        reading.lock();
        try {
          if (stopped) {
            return;
          }
          take(frame);
        } finally {
          reading.unlock();
        }
        if (acknowledges && frame.opcode().isCounted() && counted() % ACK_AFTER == 0) {
          client.send(new ClientFrame.Ack(0, counted()));
        }
      }
    } catch (IOException e) {
      // The connection has ended.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized void take(DaemonFrame frame) {
    counted += frame.opcode().isCounted() ? 1 : 0;
    switch (frame) {
      case DaemonFrame.TcpConnected f -> {
        Received socket = event(f.socketId(), f);
        socket.neverOpened = f.errno() != 0;
        socket.closes += socket.neverOpened ? 1 : 0;
        socket.errno = f.errno();
      }
      case DaemonFrame.TcpSecured f -> event(f.socketId(), f);
      case DaemonFrame.TcpShutdown f -> event(f.socketId(), f);
      case DaemonFrame.TcpCredit f ->
          event(f.socketId(), null).granted += Integer.toUnsignedLong(f.bytes());
      case DaemonFrame.TcpListenResult f -> {
        answered |= f.errno() != 0;
        serverPort = f.errno() == 0 ? f.boundPort() : serverPort;
      }
      case DaemonFrame.TcpAccept f -> {
        event(f.socketId(), f);
        accepted.put(f.remotePort(), f.socketId());
      }
      case DaemonFrame.TcpRecv f -> {
        Received socket = event(f.socketId(), null);
        byte[] part = new byte[f.data().remaining()];
        f.data().get(part);
        socket.data.writeBytes(part);
      }
      case DaemonFrame.TcpClosed f -> {
        Received socket = event(f.socketId(), f);
        socket.closes++;
        socket.errno = f.errno();
      }
      case DaemonFrame.Ack f -> {
      }
      default -> faults.add("unexpected " + frame);
    }
  }

  private Received event(int id, @Nullable DaemonFrame frame) {
    Received socket = sockets.computeIfAbsent(id, unused -> new Received());
    boolean opening =
        frame instanceof DaemonFrame.TcpConnected || frame instanceof DaemonFrame.TcpAccept;
    if (opening != socket.events.isEmpty()) {
      faults.add("out of order: " + frame + " after " + socket.events);
    }
    if (socket.closes > 0 && !(frame instanceof DaemonFrame.TcpSecured && socket.neverOpened)) {
      faults.add("after TCP_CLOSE of " + id + ": " + frame);
    }
    if (frame != null) {
      socket.events.add(frame);
    }
    return socket;
  }

  void stall() {
    if (!reading.isHeldByCurrentThread()) {
      reading.lock();
    }
  }

  void read() {
    if (reading.isHeldByCurrentThread()) {
      reading.unlock();
    }
  }

  /** Stops reading and discards what was not read yet, as after a broken connection. */
  void stop() {
    stopped = true;
    read();
    TestDaemon.await("the collector's end", () -> !thread.isAlive());
  }

  synchronized long counted() {
    return counted;
  }

  synchronized Received socket(int id) {
    return sockets.computeIfAbsent(id, unused -> new Received());
  }

  synchronized int received(int id) {
    return socket(id).data.size();
  }

  synchronized long granted(int id) {
    return socket(id).granted;
  }

  synchronized boolean opened(int id) {
    return !socket(id).events.isEmpty();
  }

  synchronized int closes(int id) {
    return socket(id).closes;
  }

  synchronized int acceptedFrom(int port) {
    return accepted.getOrDefault(port, 0);
  }

  boolean answered() {
    return answered;
  }

  int serverPort() {
    return serverPort;
  }

  synchronized List<String> faults() {
    return List.copyOf(faults);
  }
}
