package com.jstorrent.iodaemon.frame;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * The cost of building a TCP_RECV, apart from reading its bytes: writing the header in front of the
 * bytes in place, compared with copying them into a new frame. Run it with {@code java -jar
 * benchmarks.jar FrameBuilding -prof gc}.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class FrameBuildingBenchmark {
  private static final int HEADROOM = 10;
  private static final int SOCKET_ID = 7;

  @Param({"64", "16384", "262144"})
  public int bytes;

  private ByteBuffer buffer = ByteBuffer.allocate(0);
  private byte[] data = {};

  @Setup
  public void setUp() {
    buffer =
        ByteBuffer.allocateDirect(HEADROOM + FrameHeader.DATA_OFFSET + bytes)
            .order(FrameHeader.ORDER);
    data = new byte[bytes];
  }

  /** In place, as the relay does it. */
  @Benchmark
  public ByteBuffer headerInPlace() {
    FrameHeader.putData(buffer, HEADROOM, Opcode.TCP_RECV, SOCKET_ID);
    return buffer.limit(HEADROOM + FrameHeader.DATA_OFFSET + bytes).position(HEADROOM);
  }

  /** The simplest way: with copies. */
  @Benchmark
  public byte[] naiveConcatenation() {
    byte[] header = ByteBuffer.allocate(FrameHeader.LENGTH)
        .order(FrameHeader.ORDER)
        .put((byte) FrameHeader.VERSION)
        .put((byte) Opcode.TCP_RECV.code())
        .array();
    byte[] id =
        ByteBuffer.allocate(Integer.BYTES).order(FrameHeader.ORDER).putInt(SOCKET_ID).array();
    ByteArrayOutputStream frame = new ByteArrayOutputStream();
    frame.writeBytes(header);
    frame.writeBytes(id);
    frame.writeBytes(data);
    return frame.toByteArray();
  }

  /** As for control frames, which are short. */
  @Benchmark
  public ByteBuffer fromRecord() {
    return FrameWriter.write(
        new DaemonFrame.TcpRecv(0, SOCKET_ID, ByteBuffer.wrap(data)), HEADROOM);
  }
}
