package com.jstorrent.iodaemon.memory;

import com.jstorrent.iodaemon.stats.Counter;

/** What memory is used for. Each use has a gauge of its name in {@code /stats} (PROTOCOL.md § 5.4). */
public enum MemoryUse {
  /**
   * Frames of clients that have not fully arrived, datagrams whose host is being looked up, and frames
   * of data that are being built.
   */
  FRAMES(Counter.MEMORY_FRAMES, false),
  /** Bytes that wait for peers to take them. */
  PEER_QUEUES(Counter.MEMORY_PEER_QUEUES, false),
  /** Frames that are kept until a client that may resume acknowledges them. */
  REPLAY(Counter.MEMORY_REPLAY, false),
  /** Bodies of requests that are held until they are complete. */
  BODIES(Counter.MEMORY_BODIES, false),
  /** Small bodies, and JSON that is being parsed. */
  SMALL_BODIES(Counter.MEMORY_SMALL_BODIES, true),
  /** Pieces of files on their way to a client. */
  ANSWERS(Counter.MEMORY_ANSWERS, false),
  /** Listings of folders on their way to a client. */
  LISTINGS(Counter.MEMORY_LISTINGS, false),
  /** Open file handles, with their paths. */
  HANDLES(Counter.MEMORY_HANDLES, true),
  /** Connections and sockets, whatever they transport. */
  CONNECTIONS(Counter.MEMORY_CONNECTIONS, true);

  private final Counter gauge;
  private final boolean onHeap;

  MemoryUse(Counter gauge, boolean onHeap) {
    this.gauge = gauge;
    this.onHeap = onHeap;
  }

  Counter gauge() {
    return gauge;
  }

  /** Whether it is on the heap, of which clients may have only a part. */
  boolean onHeap() {
    return onHeap;
  }
}
