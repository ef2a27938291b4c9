package com.jstorrent.iodaemon.net.stream;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The bytes of a peer, plain or encrypted. Never blocks. The relay reads, which includes
 * {@link #nextStep} and what follows from it; the thread that holds the socket's output lock writes.
 */
public sealed interface PeerStream extends SendQueue.Sink permits PlainStream, TlsStream {

  /** Writes, in order, as many bytes as the system takes. */
  long write(ByteBuffer[] from) throws IOException;

  /** Reads what has arrived; returns the number of bytes, 0 for none and -1 at the end of the stream. */
  int read(ByteBuffer into) throws IOException;

  /** What reading needs before it goes on. */
  enum Step {
    /** An event of the channel, or the end of something in progress. */
    WAIT,
    /** Nothing: the next read brings something at once. */
    READ,
    /**
     * The stream itself has something to send: the output must be flushed, and then {@link #flushed}
     * called.
     */
    FLUSH,
    /** A call of {@link #compute}, on another thread, since it takes milliseconds. */
    COMPUTE
  }

  /** Asked after each read. */
  Step nextStep();

  /**
   * Called when the output was flushed because of {@link Step#FLUSH}; returns whether to read again
   * without waiting.
   */
  boolean flushed();

  /** Does what {@link Step#COMPUTE} has asked for; the stream is not read meanwhile. */
  void compute();

  /**
   * Whether reading has waited for something to be flushed, and can go on; any thread.
   *
   * @param everything whether everything was flushed
   */
  boolean goesOnAfterFlush(boolean everything);

  /**
   * The most bytes that one read should bring.
   *
   * @param granted how many bytes the client accepts, 0 for none
   */
  int mostToRead(int granted);

  /**
   * Whether the relay should wait for more bytes now.
   *
   * @param granted whether the client accepts any
   */
  boolean wantsBytes(boolean granted);

  /** Writes what the stream holds; returns whether nothing is left. */
  boolean flush() throws IOException;

  /** Bytes that were taken and not written yet; any thread. */
  int heldBytes();

  /** Tells the peer that no more will come, after what is held; returns whether that is done. */
  boolean shutdownOutput() throws IOException;

  /** Whether one side may go on when the other has ended (half-close). */
  boolean halfCloses();

  /** Releases what is held; nothing is written or read any more. */
  void discard();
}
