package com.jstorrent.iodaemon.ws;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.frame.FrameHeader;
import com.jstorrent.iodaemon.testkit.Peer;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class MaskTest {
  private final Mask mask = new Mask();

  @Test
  void everyLengthAndOffsetIsMaskedAsInRfc6455() {
    byte[] key = {0x11, 0x22, 0x33, (byte) 0xF4};
    int asRead = ByteBuffer.wrap(key).order(FrameHeader.ORDER).getInt();
    int[] lengths = {0, 1, 2, 3, 4, 5, 7, 8, 9, 31, 255, 256, 257, 263, 8191, 8192, 8197, 20_003};
    for (int length : lengths) {
      for (int at = 0; at < 9; at++) {
        byte[] plain = Peer.bytes(length, at + length + 9);
        ByteBuffer buffer = ByteBuffer.allocateDirect(plain.length).order(FrameHeader.ORDER);
        buffer.put(plain);
        mask.apply(buffer, at, at + length, asRead);
        for (int i = 0; i < plain.length; i++) {
          boolean inside = i >= at && i < at + length;
          byte expected = (byte) (inside ? plain[i] ^ key[i - at & 3] : plain[i]);
          assertThat(buffer.get(i)).isEqualTo(expected);
        }
      }
    }
  }
}
