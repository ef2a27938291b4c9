package com.jstorrent.iodaemon.ws;

import static com.jstorrent.iodaemon.ws.ClientBytes.BINARY;
import static com.jstorrent.iodaemon.ws.ClientBytes.FIN;
import static com.jstorrent.iodaemon.ws.ClientBytes.PING;
import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.transport.BufferPool;
import com.jstorrent.iodaemon.transport.CloseReason;
import com.jstorrent.iodaemon.transport.LargeFrame;
import java.io.ByteArrayInputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Messages that have arrived together are passed on together, and nothing overtakes them. */
class MessageBatchTest {
  private static final int BUFFER_BYTES = 64 << 10;
  private static final int BEFORE_AUTHENTICATION = 4 << 10;

  private final ClientBytes wire = new ClientBytes(new Random(1));
  private final List<String> seen = new ArrayList<>(); // sizes

  private void read(int limit) throws Exception {
    BufferPool buffers = new BufferPool(BUFFER_BYTES, 1);
    WebSocketReader reader =
        new WebSocketReader(
            new Recorder(limit),
            Buffers.of(buffers),
            Buffers.of(new BufferPool(Limits.SEGMENT_BYTES, 0)));
    reader.prime(ByteBuffer.allocate(0));
    reader.run(Channels.newChannel(new ByteArrayInputStream(wire.take()))::read);
    reader.release();
    assertThat(buffers.inUse()).isZero();
  }

  private void message(int bytes) throws Exception {
    wire.frame(FIN | BINARY, new byte[bytes]);
  }

  @Test
  void messagesOfOneReadArePassedOnTogether() throws Exception {
    message(1);
    message(200);
    message(0);
    read(Limits.FRAME_BYTES);
    assertThat(seen).containsExactly("[1, 200, 0]");
  }

  @Test
  void onlyBeforeAnythingElse() throws Exception {
    message(1);
    message(2);
    wire.frame(FIN | PING, new byte[0]);
    message(3);
    wire.frame(BINARY, new byte[4]);
    wire.frame(FIN, new byte[4]);
    message(5);
    message(6);
    wire.raw(new byte[] {(byte) (FIN | 7), 0}); // no mask
    read(Limits.FRAME_BYTES);
    assertThat(seen).containsExactly("[1, 2]", "control 9", "3", "8", "[5, 6]", "PROTOCOL_ERROR");
  }

  @Test
  void beforeALargeMessage() throws Exception {
    message(1);
    message(2);
    message(BUFFER_BYTES + 1);
    message(3);
    read(Limits.FRAME_BYTES);
    assertThat(seen).containsExactly("[1, 2]", "large " + (BUFFER_BYTES + 1), "3");
  }

  @Test
  void aLimitedNumberTogether() throws Exception {
    for (int i = 0; i < MessageBatch.MAX_MESSAGES + 2; i++) {
      message(0);
    }
    message(7);
    read(Limits.FRAME_BYTES);
    assertThat(seen)
        .hasSize(2)
        .startsWith(Collections.nCopies(MessageBatch.MAX_MESSAGES, 0).toString())
        .endsWith("[0, 0, 7]");
  }

  @Test
  void beforeAuthenticationOneByOne() throws Exception {
    message(1);
    message(2);
    read(BEFORE_AUTHENTICATION);
    assertThat(seen).containsExactly("1", "2");
  }

  private final class Recorder implements WebSocketReader.Sink {
    private final int limit;

    Recorder(int limit) {
      this.limit = limit;
    }

    @Override
    public int messageLimit() {
      return limit;
    }

    @Override
    public void onBinary(ByteBuffer message) {
      seen.add(String.valueOf(message.remaining()));
    }

    @Override
    public void onBinary(List<ByteBuffer> messages) {
      assertThat(messages).allMatch(message -> message.order() == ByteOrder.LITTLE_ENDIAN);
      seen.add(messages.stream().map(ByteBuffer::remaining).toList().toString());
    }

    @Override
    public void onLargeBinary(LargeFrame message) {
      seen.add("large " + message.remaining());
    }

    @Override
    public void onText() {
      seen.add("text");
    }

    @Override
    public void onControl(int opcode, ByteBuffer payload) {
      seen.add("control " + opcode);
    }

    @Override
    public void onViolation(CloseReason reason, String sentence) {
      seen.add(reason.name());
    }

    @Override
    public boolean isOpen() {
      return true;
    }
  }
}
