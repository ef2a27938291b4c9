package com.jstorrent.iodaemon.client;

import com.jstorrent.iodaemon.IoDaemon;
import com.jstorrent.iodaemon.http.HttpTransport;
import com.jstorrent.iodaemon.transport.InProcessTransport;
import com.jstorrent.iodaemon.ws.WebSocketUpgrade;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
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

/**
 * Throughput of one socket of the Java client, from a peer that sends without end and to one that
 * takes everything. Peer, daemon and client share the machine. The result is in MiB per second.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class ClientBenchmark {
  private static final int BLOCK = 256 << 10;
  private static final int MIB = 1 << 20;

  @Param({"WebSocket", "in process"})
  public String way = "WebSocket";

  private IoDaemon daemon;
  private IoClient client;
  private TcpConnection source;
  private TcpConnection sink;
  private final byte[] block = new byte[BLOCK];

  @Setup
  public void setUp() throws Exception {
    InProcessTransport inProcess = new InProcessTransport();
    daemon =
        IoDaemon.builder()
            .token("benchmark")
            .transport(HttpTransport.onPort(0).upgrade(WebSocketUpgrade.io()))
            .transport(inProcess)
            .build()
            .start();
    client =
        way.equals("WebSocket")
            ? IoClient.connect(URI.create("ws://127.0.0.1:" + daemon.port() + "/io"), "benchmark")
            : IoClient.over(inProcess, "benchmark");
    try (ServerSocket server = new ServerSocket(0, 2, InetAddress.getLoopbackAddress())) {
      source = client.connect("127.0.0.1", server.getLocalPort());
      Socket flooding = server.accept();
      Thread.ofPlatform().daemon().start(() -> flood(flooding));
      sink = client.connect("127.0.0.1", server.getLocalPort());
      Socket taking = server.accept();
      Thread.ofPlatform().daemon().start(() -> drain(taking));
    }
  }

  private static void flood(Socket socket) {
    byte[] data = new byte[BLOCK];
    try (socket) {
      while (true) {
        socket.getOutputStream().write(data);
      }
    } catch (IOException e) {
      // The benchmark is over.
    }
  }

  private static void drain(Socket socket) {
    byte[] data = new byte[BLOCK];
    try (socket;
        InputStream in = socket.getInputStream()) {
      while (in.read(data) >= 0) {}
    } catch (IOException e) {
      // The benchmark is over.
    }
  }

  @Benchmark
  @OperationsPerInvocation(4)
  public int receive() throws IOException {
    int count = 0;
    while (count < 4 * MIB) {
      count += source.input().readNBytes(block, 0, BLOCK);
    }
    return count;
  }

  @Benchmark
  @OperationsPerInvocation(4)
  public void send() throws IOException {
    for (int sent = 0; sent < 4 * MIB; sent += BLOCK) {
      sink.output().write(block);
    }
  }

  @TearDown
  public void tearDown() {
    source.closeNow();
    sink.closeNow();
    client.close();
    daemon.close();
  }
}
