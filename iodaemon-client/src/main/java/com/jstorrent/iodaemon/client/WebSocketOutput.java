package com.jstorrent.iodaemon.client;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.SecureRandom;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** What goes to the daemon: frames of a WebSocket, which clients mask (RFC 6455 § 5.3). Thread-safe. */
final class WebSocketOutput {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private static final int PART_BYTES = 64 << 10;
  private static final int MAX_HEADER_BYTES = 14;
  private static final int FIN = 0x80;
  private static final int MASKED = 0x80;
  private static final int LENGTH_16 = 126;
  private static final int LENGTH_64 = 127;

  private final OutputStream out;
  private final SecureRandom keys = new SecureRandom();
  private final ReentrantLock lock = new ReentrantLock();
  private final ByteBuffer part = ByteBuffer.allocate(PART_BYTES); // guarded by lock, like the field below
  private boolean closed;
  private final AtomicReference<@Nullable ByteBuffer> pong = new AtomicReference<>();

  WebSocketOutput(OutputStream out) {
    this.out = out;
  }

  /**
   * Sends a whole message. Blocks until the system has taken it, or it was copied.
   *
   * @param more whether another one follows at once, with which it may be sent
   */
  void message(ByteBuffer payload, boolean more) throws IOException {
    lock.lock();
    try {
      append(WebSocketInput.BINARY, payload);
      if (!more) {
        flush();
      }
    } finally {
      lock.unlock();
    }
    sendPong();
  }

  /** Sends the last frame. Blocks until the system has taken it. */
  void close(int code) throws IOException {
    lock.lock();
    try {
      if (!closed) {
        append(WebSocketInput.CLOSE,
            ByteBuffer.allocate(Short.BYTES).putShort((short) code).flip());
        flush();
        closed = true;
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Answers a ping, after the message that is being sent. Never blocks: the reading thread calls this, and the
   * daemon may take nothing until that thread reads on. The pong has a platform thread, because the application's
   * own virtual threads may keep all carriers busy for longer than the daemon waits.
   */
  void pong(ByteBuffer payload) {
    pong.set(payload); // an earlier one need not be answered (RFC 6455 § 5.5.3)
    start(
        "iodaemon-client-pong",
        () -> {
          try {
            sendPong();
          } catch (IOException e) {
            // The thread that reads finds out.
          }
        });
  }

  /** A platform thread; when the system has none left, a virtual one may still do. */
  static Thread start(String name, Runnable task) {
    try {
      return Thread.ofPlatform().daemon().name(name).start(task);
    } catch (OutOfMemoryError e) {
      return Thread.ofVirtual().name(name).start(task);
    }
  }

  /** Sends the waiting pong, unless another thread is sending; that thread will send it. */
  private void sendPong() throws IOException {
    while (pong.get() != null && lock.tryLock()) {
      try {
        ByteBuffer payload = pong.getAndSet(null);
        if (payload != null) {
          append(WebSocketInput.PONG, payload);
          flush();
        }
      } finally {
        lock.unlock();
      }
    }
  }

  /** Adds a frame to what is to be written, and writes what does not fit. */
  private void append(int opcode, ByteBuffer payload) throws IOException {
    if (closed) {
      throw new IOException("The connection to the daemon is closing.");
    }
    if (part.remaining() < MAX_HEADER_BYTES) {
      flush();
    }
    int key = keys.nextInt();
    header(opcode, payload.remaining(), key);
    int at = payload.arrayOffset() + payload.position();
    for (int left = payload.remaining(); left > 0;) {
      int count = left <= part.remaining() ? left : part.remaining() / Long.BYTES * Long.BYTES;
      mask(payload.array(), at, count, key);
      at += count;
      left -= count;
      if (left > 0) {
        flush();
      }
    }
  }

  private void flush() throws IOException {
    out.write(part.array(), 0, part.position());
    part.clear();
  }

  private void header(int opcode, int length, int key) {
    part.put((byte) (FIN | opcode));
    if (length < LENGTH_16) {
      part.put((byte) (MASKED | length));
    } else if (length <= 0xFFFF) {
      part.put((byte) (MASKED | LENGTH_16)).putShort((short) length);
    } else {
      part.put((byte) (MASKED | LENGTH_64)).putLong(length);
    }
    part.putInt(key);
  }

  /**
   * Masks bytes of the payload and appends them. Every part of a payload but the last has a multiple of eight
   * bytes.
   */
  private void mask(byte[] from, int at, int count, int key) {
    byte[] to = part.array();
    int start = part.position();
    long wide = (long) key << Integer.SIZE | key & 0xFFFF_FFFFL;
    int i = 0;
    for (; i <= count - Long.BYTES; i += Long.BYTES) {
      LONGS.set(to, start + i, (long) LONGS.get(from, at + i) ^ wide);
    }
    for (; i < count; i++) {
      to[start + i] = (byte) (from[at + i] ^ key >>> (Integer.SIZE - Byte.SIZE * (1 + i % 4)));
    }
    part.position(start + count);
  }
}
