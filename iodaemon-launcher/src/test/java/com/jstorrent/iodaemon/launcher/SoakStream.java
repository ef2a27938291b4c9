package com.jstorrent.iodaemon.launcher;

import com.jstorrent.iodaemon.client.IoClient;
import com.jstorrent.iodaemon.client.TcpConnection;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;

/** A connection to the peer that echoes: what comes back has to be what was sent. For two threads. */
final class SoakStream implements AutoCloseable {
  private static final int PART_BYTES = 64 << 10;

  private final SoakEnvironment environment;
  private final TcpConnection connection;
  private final SeededBytes sent; // used by the thread that sends
  private final SeededBytes expected; // used by the thread that receives
  private final byte[] part = new byte[PART_BYTES];

  SoakStream(SoakEnvironment environment, IoClient client, long seed) throws IOException {
    this.environment = environment;
    this.connection = client.connect("127.0.0.1", environment.echoPort());
    this.sent = new SeededBytes(seed);
    this.expected = new SeededBytes(seed);
    environment.opened.increment();
  }

  void send(int bytes) throws IOException {
    connection.output().write(sent.next(bytes));
  }

  /** Nothing more is sent; the peer then ends its side, too. */
  void finish() throws IOException {
    connection.shutdownOutput();
  }

  /** How many bytes have not come back. Only while no other thread uses it. */
  long inFlight() {
    return sent.position() - expected.position();
  }

  /** Waits for some bytes and compares them; returns how many, or -1 at the end. */
  int receive() throws IOException {
    int count = connection.input().read(part);
    if (count > 0) {
      expected.requireNext(ByteBuffer.wrap(part, 0, count));
      environment.verified.add(count);
    }
    return count;
  }

  /** Waits for at least so many bytes. */
  void receive(long bytes) throws IOException {
    for (long left = bytes; left > 0;) {
      int count = receive();
      if (count < 0) {
        throw new EOFException("The last " + left + " bytes are missing.");
      }
      left -= count;
    }
  }

  @Override
  public void close() throws IOException {
    connection.close();
  }
}
