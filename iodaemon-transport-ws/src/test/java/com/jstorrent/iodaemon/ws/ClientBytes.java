package com.jstorrent.iodaemon.ws;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Random;

/** The bytes that a client sends: frames, each with a masking key of its own. */
final class ClientBytes {
  static final int FIN = 0x80;
  static final int BINARY = 2;
  static final int PING = 9;

  private final ByteArrayOutputStream wire = new ByteArrayOutputStream();
  private final Random random;

  ClientBytes(Random random) {
    this.random = random;
  }

  /** Everything since the last call. */
  byte[] take() {
    byte[] bytes = wire.toByteArray();
    wire.reset();
    return bytes;
  }

  /** Any bytes. */
  void raw(byte[] bytes) {
    wire.writeBytes(bytes);
  }

  void frame(int first, byte[] payload) {
    byte[] key = new byte[4];
    random.nextBytes(key);
    ByteBuffer bytes = ByteBuffer.allocate(14 + payload.length).put((byte) first);
    if (payload.length < 126) {
      bytes.put((byte) (0x80 | payload.length));
    } else if (payload.length <= 0xFFFF) {
      bytes.put((byte) (0x80 | 126)).putShort((short) payload.length);
    } else {
      bytes.put((byte) (0x80 | 127)).putLong(payload.length);
    }
    bytes.put(key);
    for (int i = 0; i < payload.length; i++) {
      bytes.put((byte) (payload[i] ^ key[i & 3]));
    }
    wire.write(bytes.array(), 0, bytes.position());
  }

  /** Adds a message in fragments of equal size, except for the last one. */
  byte[] message(int bytes, int fragment, boolean pings) {
    byte[] content = new byte[bytes];
    random.nextBytes(content);
    int first = BINARY;
    for (int at = 0; at < bytes;) {
      int length = Math.min(fragment, bytes - at);
      byte[] part = new byte[length];
      System.arraycopy(content, at, part, 0, length);
      at += length;
      frame(first | (at == bytes ? FIN : 0), part);
      first = 0;
      if (pings && at < bytes) {
        frame(FIN | PING, new byte[] {7});
      }
    }
    return content;
  }
}
