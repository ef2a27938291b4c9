package com.jstorrent.iodaemon.ws;

import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;

/** The bytes that arrive on a channel. Used by one thread at a time. */
final class ClientInput {
  /** How long a client that has sent something is waited for with a thread and buffers at hand. */
  static final Duration PAUSE = Duration.ofSeconds(1);

  /** Only the adaptor of a channel has a time limit, and only for reads into an array. */
  private static final int ARRAY_BYTES = 4 << 10;

  private final SocketChannel channel;
  private final InputStream stream;

  /**
   * @throws IOException when the channel is already closed
   */
  ClientInput(SocketChannel channel) throws IOException {
    this.channel = channel;
    this.stream = channel.socket().getInputStream();
    channel.socket().setSoTimeout((int) PAUSE.toMillis());
  }

  /** Waits as long as it takes. */
  int await(ByteBuffer into) throws IOException {
    return channel.read(into);
  }

  /**
   * What waits for {@link #PAUSE} at most, and then says 0. Bytes that have arrived are read straight into
   * the buffer, and only the first ones after a wait by way of the array.
   */
  WebSocketReader.Source whileBusy() {
    byte[] array = new byte[ARRAY_BYTES];
    return new WebSocketReader.Source() {
      private boolean drained; // whether the last read has left nothing behind

      @Override
      public int read(ByteBuffer into) throws IOException {
        if (!drained && stream.available() > 0) {
          return channel.read(into);
        }
        int most = Math.min(array.length, into.remaining());
        int count;
        try {
          count = stream.read(array, 0, most);
        } catch (SocketTimeoutException e) {
          return 0;
        }
        drained = count < most;
        if (count > 0) {
          into.put(array, 0, count);
        }
        return count;
      }
    };
  }
}
