package com.jstorrent.iodaemon.net;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * A peer's bytes, as they are or encrypted. Never blocks. {@link #read} and {@link #again} belong to
 * the relay, everything else to whoever holds the lock of {@link PeerOutput}.
 */
sealed interface PeerStream extends SendQueue.Sink permits PlainStream, TlsStream {

  /**
   * Reads what has come, and returns how many bytes that were, 0 for none and -1 for the end.
   */
  int read(ByteBuffer into) throws IOException;

  /** Does what reading has shown to be necessary; whether to read again without waiting. */
  boolean again();

  /** Whether reading cannot go on before something has been flushed; any thread. */
  boolean stalled();

  /** Whether the relay should wait for more bytes now. */
  boolean wantsBytes();

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
