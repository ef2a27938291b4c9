package com.jstorrent.iodaemon.session;

import com.jstorrent.iodaemon.IoDaemon;
import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.FrameWriter;
import com.jstorrent.iodaemon.transport.ConnectionInfo;
import com.jstorrent.iodaemon.transport.HelloCodec;
import com.jstorrent.iodaemon.transport.InProcessClient;
import com.jstorrent.iodaemon.transport.InProcessTransport;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * The overhead of a session for a frame of bulk data: state, opcode, table of sockets. The socket does
 * not exist, so no system call distorts the result.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class DispatchBenchmark {
  private static final int DATA_BYTES = 16 << 10;
  private static final int UNKNOWN_SOCKET = 1_000_000;

  private final InProcessTransport transport = new InProcessTransport();
  private final IoDaemon daemon;
  private final InProcessClient client;
  private final ByteBuffer frame =
      FrameWriter.write(
          new ClientFrame.TcpSend(0, UNKNOWN_SOCKET, ByteBuffer.allocate(DATA_BYTES)), 0);

  public DispatchBenchmark() {
    try {
      daemon = IoDaemon.builder().token("benchmark").transport(transport).build().start();
      client = transport.connect(new ConnectionInfo(true, null, HelloCodec.EMPTY_ONLY));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Setup
  public void setUp() {
    frame.rewind();
  }

  @Benchmark
  public void sendToUnknownSocket() throws IOException {
    client.send(frame.rewind());
  }

  @TearDown
  public void tearDown() {
    client.close();
    daemon.close();
  }
}
