package com.jstorrent.iodaemon.client;

import com.jstorrent.iodaemon.testkit.model.ModelPeer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One connection of the client with its peer, and what both sides have sent. One thread reads, unless it
 * is stalled; another one carries out what blocks, in order.
 */
final class ModelConnection {

  /** A task of the writing thread. */
  private interface Task {
    void run() throws Exception;
  }

  final TcpConnection connection;
  final ModelPeer peer;
  final ByteArrayOutputStream up = new ByteArrayOutputStream(); // whether or not it could be sent
  final ByteArrayOutputStream down = new ByteArrayOutputStream();
  boolean clientClosed;
  boolean clientShut;
  boolean peerEnded;
  boolean peerReset;
  boolean secured;
  private final Stall stall;
  private final ByteArrayOutputStream received = new ByteArrayOutputStream(); // guarded by itself
  private final BlockingQueue<Task> tasks = new LinkedBlockingQueue<>();
  private final AtomicInteger unfinished = new AtomicInteger();
  private final Thread reader;
  private final Thread writer;
  private volatile int written; // bytes of calls that have returned
  private volatile @Nullable Exception readFailure;
  private volatile @Nullable Exception writeFailure;

  /** Stalls every connection of a client. */
  static final class Stall {
    private boolean on; // guarded by this

    synchronized void set(boolean stalled) {
      on = stalled;
      notifyAll();
    }

    synchronized void await() throws InterruptedException {
      while (on) {
        wait();
      }
    }
  }

  ModelConnection(TcpConnection connection, ModelPeer peer, Stall stall) {
    this.connection = connection;
    this.peer = peer;
    this.stall = stall;
    this.reader = Thread.ofVirtual().start(this::read);
    this.writer = Thread.ofVirtual().start(this::write);
  }

  private void read() {
    byte[] buffer = new byte[70_001];
    try {
      for (int count; (count = connection.input().read(buffer)) >= 0;) {
        synchronized (received) {
          received.write(buffer, 0, count);
        }
        stall.await();
      }
    } catch (IOException | InterruptedException e) {
      readFailure = e;
    }
  }

  private void write() {
    try {
      while (true) {
        tasks.take().run();
        unfinished.decrementAndGet();
      }
    } catch (Exception e) {
      writeFailure = e;
    }
  }

  private void add(Task task) {
    unfinished.incrementAndGet();
    tasks.add(task);
  }

  void send(byte[] data) {
    up.writeBytes(data);
    add(
        () -> {
          connection.output().write(data);
          written += data.length;
        });
  }

  void shutDown() {
    clientShut = true;
    add(connection::shutdownOutput);
  }

  void startTls(String host) {
    secured = true;
    peer.expectHandshake(up.size());
    add(() -> connection.startTls(host));
  }

  /** Whether nothing waits to be sent, so that a handshake would begin after what was sent. */
  boolean isIdle() {
    return unfinished.get() == 0;
  }

  boolean isAlive() {
    return !clientClosed && !peerReset;
  }

  byte[] received() {
    synchronized (received) {
      return received.toByteArray();
    }
  }

  /** How many bytes the client was told were sent. */
  int written() {
    return written;
  }

  boolean hasReadToTheEnd() {
    return !reader.isAlive();
  }

  @Nullable
  Exception readFailure() {
    return readFailure;
  }

  void close() throws IOException {
    connection.closeNow();
    writer.interrupt();
    peer.close();
  }

  @Override
  public String toString() {
    return """
        %s secured %b; client closed %b, shut %b; peer ended %b, reset %b; up %d of %d written of %d, \
        down %d of %d; client: %s, %s; peer: %s"""
        .formatted(
            connection,
            secured,
            clientClosed,
            clientShut,
            peerEnded,
            peerReset,
            peer.received().length,
            written,
            up.size(),
            received().length,
            down.size(),
            hasReadToTheEnd() ? "has read to the end, " + readFailure : "reads",
            writeFailure,
            peer.hasReadToTheEnd() ? peer.endReason() : "reads");
  }
}
