package com.jstorrent.iodaemon.net.stream;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * A peer's bytes, as they are or encrypted. Never blocks. Reading, with {@link #nextStep}
 * and what follows from it, belongs to the relay; the output to the holder of its socket's output lock.
 */
public sealed interface PeerStream extends SendQueue.Sink permits PlainStream, TlsStream {

  /** Writes as many bytes as are taken, in order. */
  long write(ByteBuffer[] from) throws IOException;

  /**
   * Reads what has come, and returns how many bytes that were, 0 for none and -1 for the end.
   */
  int read(ByteBuffer into) throws IOException;

  /** What reading needs before it goes on. */
  enum Step {
    /** An event of the channel, or what is under way already. */
    WAIT,
    /** Nothing: the next read brings something at once. */
    READ,
    /** The stream itself has something to say: the output has to be flushed, then {@link #flushed}. */
    FLUSH,
    /** {@link #compute}, on another thread, since it takes milliseconds. */
    COMPUTE
  }

  /** Asked after each read. */
  Step nextStep();

  /** The output was flushed because of {@link Step#FLUSH}; whether to read again without waiting. */
  boolean flushed();

  /** Does what {@link Step#COMPUTE} has asked for; the stream is not read meanwhile. */
  void compute();

  /** Whether reading cannot go on before something has been flushed; any thread. */
  boolean stalled();

  /**
   * The most bytes that one read should bring.
   *
   * @param granted what the client takes, 0 for nothing
   */
  int mostToRead(int granted);

  /**
   * Whether the relay should wait for more bytes now.
   *
   * @param granted whether the client takes some
   */
  boolean wantsBytes(boolean granted);

  /** Writes what is held inside; whether nothing is left. */
  boolean flush() throws IOException;

  /** Bytes that were taken and not written yet; any thread. */
  int heldBytes();

  /** Tells the peer that no more will come, behind what is held; whether that is done. */
  boolean shutdownOutput() throws IOException;

  /** Whether one side may go on when the other has ended. */
  boolean halfCloses();

  /** Releases what is held; nothing is written or read any more. */
  void discard();
}
