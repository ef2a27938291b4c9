package com.jstorrent.iodaemon.testkit.model;

import com.jstorrent.iodaemon.testkit.TestTls;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import javax.net.ssl.SSLSocket;

/**
 * The peer of one socket. One thread reads, unless it is stalled; another one carries out tasks such as
 * writing, in order.
 */
public final class ModelPeer {

  /** A task of the writing thread. */
  private interface Task {
    void run() throws Exception;
  }

  private final Socket socket;
  private final ByteArrayOutputStream received = new ByteArrayOutputStream();
  private final BlockingQueue<Task> tasks = new LinkedBlockingQueue<>();
  private final CompletableFuture<SSLSocket> encrypted = new CompletableFuture<>();
  private final Thread reader;
  private final Thread writer;
  private final Object gate = new Object();
  private boolean stalled; // guarded by gate
  private volatile int secureAfter = Integer.MAX_VALUE;
  private volatile boolean secure; // set by the thread that adds tasks
  private volatile String endReason = "the end"; // why the reading thread has ended

  public ModelPeer(Socket socket) {
    this.socket = socket;
    reader = Thread.ofVirtual().start(this::read);
    writer = Thread.ofVirtual().start(this::write);
  }

  private void read() {
    byte[] buffer = new byte[70_001];
    try {
      InputStream in = socket.getInputStream();
      for (int count = 0; count >= 0; count = in.read(buffer)) {
        int plain = Math.min(count, secureAfter - received.size());
        synchronized (received) {
          received.write(buffer, 0, plain);
        }
        if (received.size() == secureAfter) {
          in = handshake(Arrays.copyOfRange(buffer, plain, count));
        }
        awaitGate();
      }
    } catch (IOException | InterruptedException e) {
      endReason = e.toString();
      encrypted.completeExceptionally(e);
    }
  }

  /** Prepends the bytes that were read ahead, which belong to the handshake. */
  private InputStream handshake(byte[] ahead) throws IOException {
    secureAfter = Integer.MAX_VALUE;
    SSLSocket tls = TestTls.serve(socket, new ByteArrayInputStream(ahead));
    tls.startHandshake();
    encrypted.complete(tls);
    return tls.getInputStream();
  }

  private void awaitGate() throws InterruptedException {
    synchronized (gate) {
      while (stalled) {
        gate.wait();
      }
    }
  }

  private void write() {
    try {
      while (true) {
        tasks.take().run();
      }
    } catch (Exception e) {
      // The connection, or the test, has ended.
    }
  }

  private Socket output(boolean tls) throws Exception {
    return tls ? encrypted.get() : socket;
  }

  public void send(byte[] data) {
    boolean tls = secure;
    tasks.add(() -> output(tls).getOutputStream().write(data));
  }

  public void end() {
    boolean tls = secure;
    tasks.add(() -> output(tls).shutdownOutput());
  }

  public void reset() throws IOException {
    try {
      socket.setSoLinger(true, 0);
      socket.close();
    } catch (SocketException e) {
      if (!socket.isClosed()) { // TLS closes it at its end
        throw e;
      }
    }
    stall(false);
  }

  public void stall(boolean on) {
    synchronized (gate) {
      stalled = on;
      gate.notifyAll();
    }
  }

  /** The client will ask for TLS after this many bytes. */
  public void expectHandshake(int after) {
    secure = true;
    secureAfter = after;
  }

  public byte[] received() {
    synchronized (received) {
      return received.toByteArray();
    }
  }

  /** What ended the reading, for the message when too little was read. */
  public String endReason() {
    return endReason;
  }

  public boolean hasReadToTheEnd() {
    return !reader.isAlive();
  }

  public void close() throws IOException {
    writer.interrupt();
    socket.close();
    stall(false);
  }
}
