package com.jstorrent.iodaemon.ws;

import com.jstorrent.iodaemon.time.MonotonicClock;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;

/** The bytes that arrive on a channel. Used by one thread at a time. */
final class ClientInput {
  /** How long a client that has sent something keeps its thread and buffers while the daemon waits for more. */
  static final Duration PAUSE = Duration.ofSeconds(1);

  /** How much is read at once after a wait. */
  private static final int FIRST_BYTES = 4 << 10;

  /** After this many reads in quick succession, the wait for a client has no limit. */
  private static final int MANY_READS = 16;

  /** Not computed by {@link Duration#dividedBy}, which would load the JDK's decimal numbers for the first client. */
  private static final long QUICK_NANOS = PAUSE.toNanos() / MANY_READS;

  private static final byte[] NONE = {};

  private final SocketChannel channel;
  private final MonotonicClock clock;
  private final InputStream stream;

  /**
   * @throws IOException when the channel is already closed
   */
  ClientInput(SocketChannel channel, MonotonicClock clock) throws IOException {
    this.channel = channel;
    this.clock = clock;
    this.stream = channel.socket().getInputStream();
    channel.socket().setSoTimeout((int) PAUSE.toMillis());
  }

  /** Reads, and waits for bytes as long as it takes. */
  int await(ByteBuffer into) throws IOException {
    return channel.read(into);
  }

  /**
   * A source that waits for {@link #PAUSE} at most, and then returns 0. Only the socket adaptor of a channel has
   * such a limit, and it reads into arrays; so bytes that have already arrived are read into other buffers straight
   * from the channel.
   *
   * <p>Such a wait takes a few more system calls than one without a limit. So after many reads in quick succession
   * the wait has no limit; if the client then falls silent, its answer to the next ping ends that wait.
   */
  WebSocketReader.Source whileBusy() {
    return new WebSocketReader.Source() {
      private int quick; // how many reads have followed each other quickly
      private long last = clock.nanoTime(); // when the last read ended

      @Override
      public int read(ByteBuffer into) throws IOException {
        int count = quick < MANY_READS ? readInTime(into) : channel.read(into);
        long now = clock.nanoTime();
        quick = now - last > QUICK_NANOS ? 0 : Math.min(quick + 1, MANY_READS);
        last = now;
        return count;
      }

      private byte[] first = NONE; // read by a wait for a buffer that has no array
      private boolean drained; // whether nothing was left behind by the last read

      private int readInTime(ByteBuffer into) throws IOException {
        if (into.hasArray()) {
          int start = into.position();
          int count = await(into.array(), into.arrayOffset() + start, into.remaining());
          into.position(start + Math.max(0, count));
          return count;
        }
        if (!drained && stream.available() > 0) {
          return channel.read(into);
        }
        if (first.length == 0) {
          first = new byte[FIRST_BYTES];
        }
        int count = await(first, 0, Math.min(first.length, into.remaining()));
        into.put(first, 0, Math.max(0, count));
        return count;
      }

      private int await(byte[] array, int from, int most) throws IOException {
        try {
          int count = stream.read(array, from, most);
          drained = count < most;
          return count;
        } catch (SocketTimeoutException e) {
          return 0;
        }
      }
    };
  }
}
