package com.jstorrent.iodaemon.net;

import com.jstorrent.iodaemon.IoDaemon;
import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.frame.FrameReader;
import com.jstorrent.iodaemon.frame.FrameWriter;
import com.jstorrent.iodaemon.transport.ConnectionInfo;
import com.jstorrent.iodaemon.transport.HelloCodec;
import com.jstorrent.iodaemon.transport.InProcessClient;
import com.jstorrent.iodaemon.transport.InProcessTransport;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Sockets connected and closed again, some at once. The result is sockets per second. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class ConnectBenchmark {
  private static final int SOCKETS = 32;

  /** The most that are under way at a time. */
  @Param({"1", "32"})
  public int atOnce = 1;

  private IoDaemon daemon;
  private InProcessClient client;
  private ServerSocket server;

  @Setup
  public void setUp() throws IOException {
    InProcessTransport transport = new InProcessTransport();
    daemon = IoDaemon.builder().token("benchmark").transport(transport).build().start();
    client = transport.connect(new ConnectionInfo(true, null, HelloCodec.EMPTY_ONLY));
    server = new ServerSocket(0, 4 * SOCKETS, InetAddress.getLoopbackAddress());
    Thread.ofPlatform().daemon().start(this::acceptAll);
  }

  private void acceptAll() {
    try {
      while (true) {
        server.accept().close();
      }
    } catch (IOException e) {
      // The benchmark is over.
    }
  }

  @Benchmark
  @OperationsPerInvocation(SOCKETS)
  public void connectAndClose() throws Exception {
    for (int first = 1; first <= SOCKETS; first += atOnce) {
      for (int socket = first; socket < first + atOnce; socket++) {
        send(new ClientFrame.TcpConnect(0, socket, server.getLocalPort(), "127.0.0.1"));
      }
      for (int ended = 0; ended < atOnce;) {
        switch (next()) {
          case DaemonFrame.TcpConnected connected -> {
            if (connected.errno() != 0) {
              throw new IOException("A connect failed with errno " + connected.errno() + ".");
            }
            send(new ClientFrame.TcpClose(0, connected.socketId()));
          }
          case DaemonFrame.TcpClosed closed -> ended++;
          default -> {
          } // the peer has shut down its side
        }
      }
    }
  }

  private void send(ClientFrame frame) throws IOException {
    client.send(FrameWriter.write(frame, 0));
  }

  private DaemonFrame next() throws Exception {
    ByteBuffer frame = client.receive(Duration.ofMinutes(1));
    if (frame == null) {
      throw new IOException("The daemon is silent.");
    }
    return FrameReader.readDaemon(frame);
  }

  @TearDown
  public void tearDown() throws IOException {
    client.close();
    daemon.close();
    server.close();
  }
}
