package com.jstorrent.iodaemon.launcher;

import java.io.IOException;

/** What clients can do to make the daemon hold much memory. */
enum MemoryLoad {
  HANDLES(FileLoads::handles), // first, and so closed last
  PARTIAL_FRAMES(SocketLoads::partialFrames),
  LARGE_FRAMES(SocketLoads::largeFrames),
  PEERS_THAT_TAKE_NOTHING(SocketLoads::peersThatTakeNothing),
  UNACKNOWLEDGED_FRAMES(SocketLoads::unacknowledgedFrames),
  IDLE_WEB_SOCKETS(SocketLoads::idleWebSockets),
  VERIFIED_WRITES(FileLoads::verifiedWrites),
  LISTINGS(FileLoads::listings);

  /** A load; it may be refused, or wait. */
  @FunctionalInterface
  private interface Body {
    void begin(LoadTarget target) throws IOException;
  }

  private final Body body;

  MemoryLoad(Body body) {
    this.body = body;
  }

  /** Starts its clients in the background; they end with the target. */
  void begin(LoadTarget target) throws IOException {
    body.begin(target);
  }
}
