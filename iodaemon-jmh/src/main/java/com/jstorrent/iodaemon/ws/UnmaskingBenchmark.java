package com.jstorrent.iodaemon.ws;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.frame.FrameHeader;
import com.jstorrent.iodaemon.transport.BufferPool;
import com.jstorrent.iodaemon.transport.CloseReason;
import com.jstorrent.iodaemon.transport.LargeFrame;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.java_websocket.drafts.Draft_6455;
import org.java_websocket.enums.Role;
import org.java_websocket.exceptions.InvalidDataException;
import org.java_websocket.framing.BinaryFrame;
import org.java_websocket.framing.Framedata;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** From the bytes of a masked message to its payload: our reader compared with the library's. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class UnmaskingBenchmark {
  private static final int KEY = 0x1234_5678;

  @Param({"64", "16384", "131072"})
  public int bytes;

  private final CountingSink sink = new CountingSink();
  private final WebSocketReader reader =
      new WebSocketReader(
          sink,
          Buffers.of(new BufferPool(Limits.FRAME_BUFFER_BYTES, 1)),
          Buffers.of(new BufferPool(Limits.SEGMENT_BYTES, 1)));
  private final Mask mask = new Mask();
  private final Draft_6455 library = new Draft_6455();
  private ByteBuffer heap = ByteBuffer.allocate(0);
  private ByteBuffer direct = ByteBuffer.allocate(0);

  @Setup
  public void setUp() {
    BinaryFrame frame = new BinaryFrame();
    frame.setPayload(ByteBuffer.allocate(bytes));
    Draft_6455 client = new Draft_6455();
    client.setParseMode(Role.CLIENT);
    heap = client.createBinaryFrame(frame);
    direct = ByteBuffer.allocateDirect(heap.remaining()).order(FrameHeader.ORDER);
    direct.put(heap.duplicate()).flip();
  }

  /** The whole path, with a copy in place of the read from a socket. */
  @Benchmark
  public long ourReader() throws IOException {
    ByteBuffer bytes = direct.duplicate();
    reader.run(into -> read(bytes, into));
    return sink.delivered;
  }

  /** As much as there is room for, as from a socket. */
  private static int read(ByteBuffer from, ByteBuffer into) {
    int count = Math.min(from.remaining(), into.remaining());
    into.put(from.slice(from.position(), count));
    from.position(from.position() + count);
    return count == 0 ? -1 : count;
  }

  @Benchmark
  public List<Framedata> libraryReader() throws InvalidDataException {
    return library.translateFrame(heap.duplicate());
  }

  /** Only the XOR. */
  @Benchmark
  public ByteBuffer maskAlone() {
    mask.apply(direct, 0, direct.limit(), KEY);
    return direct;
  }

  private static final class CountingSink implements WebSocketReader.Sink {
    private long delivered;

    @Override
    public int messageLimit() {
      return Integer.MAX_VALUE;
    }

    @Override
    public void onBinary(ByteBuffer message) {
      delivered += message.remaining();
    }

    @Override
    public void onLargeBinary(LargeFrame message) {
      delivered += message.remaining();
    }

    @Override
    public void onText() {
      throw new IllegalStateException("The message is binary.");
    }

    @Override
    public void onControl(int opcode, ByteBuffer payload) {
      throw new IllegalStateException("The message is whole.");
    }

    @Override
    public void onViolation(CloseReason reason, String sentence) {
      throw new IllegalStateException(sentence);
    }

    @Override
    public boolean isOpen() {
      return true;
    }
  }
}
