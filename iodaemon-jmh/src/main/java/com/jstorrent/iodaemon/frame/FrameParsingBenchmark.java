package com.jstorrent.iodaemon.frame;

import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** The cost of parsing a frame from a client. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class FrameParsingBenchmark {
  private static final int DATA_BYTES = 16 << 10;

  private final ByteBuffer send =
      FrameWriter.write(new ClientFrame.TcpSend(0, 7, ByteBuffer.allocate(DATA_BYTES)), 0);
  private final ByteBuffer connect =
      FrameWriter.write(new ClientFrame.TcpConnect(1, 7, 6881, "192.0.2.1"), 0);

  /** Bulk data: only the header is checked and the id read, without an object. */
  @Benchmark
  public int sendInPlace() throws ProtocolException {
    Opcode opcode = FrameReader.clientOpcode(send);
    return opcode.code() + FrameHeader.socketId(send);
  }

  /** The same frame, parsed into a record. */
  @Benchmark
  public ClientFrame sendAsRecord() throws ProtocolException {
    return FrameReader.readClient(FrameReader.clientOpcode(send), send);
  }

  @Benchmark
  public ClientFrame connect() throws ProtocolException {
    return FrameReader.readClient(FrameReader.clientOpcode(connect), connect);
  }
}
