package com.jstorrent.iodaemon.net;

import com.jstorrent.iodaemon.IoDaemon;
import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.frame.FrameReader;
import com.jstorrent.iodaemon.frame.FrameWriter;
import com.jstorrent.iodaemon.frame.ProtocolException;
import com.jstorrent.iodaemon.testkit.TestTls;
import com.jstorrent.iodaemon.transport.ConnectionInfo;
import com.jstorrent.iodaemon.transport.HelloCodec;
import com.jstorrent.iodaemon.transport.InProcessClient;
import com.jstorrent.iodaemon.transport.InProcessTransport;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * Throughput from a peer that sends without end, through a real socket, the relay and the in-process
 * transport, plain and encrypted. Sender, daemon and client share the machine. The counter {@code
 * bytes} is per second.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class RelayBenchmark {
  private static final int SOCKET = 1;

  @Param({"plain", "TLSv1.3", "TLSv1.2"})
  public String encryption = "plain";

  private IoDaemon daemon;
  private InProcessClient client;
  private Socket peer;

  /** Reported by JMH in addition to the number of frames. */
  @AuxCounters(AuxCounters.Type.OPERATIONS)
  @State(Scope.Thread)
  public static class Received {
    public long bytes;
  }

  @Setup
  public void setUp() throws Exception {
    InProcessTransport transport = new InProcessTransport();
    daemon =
        IoDaemon.builder()
            .token("benchmark")
            .trust(TestTls.trusting())
            .transport(transport)
            .build()
            .start();
    client = transport.connect(new ConnectionInfo(true, null, HelloCodec.EMPTY_ONLY));
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      send(new ClientFrame.TcpConnect(0, SOCKET, server.getLocalPort(), "127.0.0.1"));
      peer = server.accept();
    }
    next();
    boolean secure = !encryption.equals("plain");
    Thread.ofPlatform().daemon().start(() -> flood(secure));
    if (secure) {
      send(new ClientFrame.TcpSecure(0, SOCKET, false, TestTls.HOST));
      next();
    }
  }

  private void flood(boolean secure) {
    try {
      Socket out = peer;
      if (secure) {
        var encrypted = TestTls.serve(peer);
        encrypted.setEnabledProtocols(new String[] {encryption});
        out = encrypted;
      }
      byte[] block = new byte[128 << 10];
      while (true) {
        out.getOutputStream().write(block);
      }
    } catch (IOException e) {
      // The benchmark is over.
    }
  }

  private void send(ClientFrame frame) throws IOException {
    client.send(FrameWriter.write(frame, 0));
  }

  private DaemonFrame next() throws IOException, InterruptedException, ProtocolException {
    ByteBuffer frame = client.receive(Duration.ofMinutes(1));
    if (frame == null) {
      throw new IOException("The daemon is silent.");
    }
    return FrameReader.readDaemon(frame);
  }

  @Benchmark
  public DaemonFrame frameFromAPeer(Received received) throws Exception {
    DaemonFrame frame = next();
    if (frame instanceof DaemonFrame.TcpRecv data) {
      received.bytes += data.data().remaining();
    }
    return frame;
  }

  @TearDown
  public void tearDown() throws IOException {
    client.close();
    peer.close();
    daemon.close();
  }
}
