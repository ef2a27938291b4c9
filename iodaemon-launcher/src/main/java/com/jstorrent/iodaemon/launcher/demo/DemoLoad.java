package com.jstorrent.iodaemon.launcher.demo;

import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;

/**
 * The load of {@code demo --keep}: clients one after the other, each of which downloads from a slow
 * peer for about a minute.
 */
final class DemoLoad implements Runnable {
  private static final int PIECES_OF_A_SOCKET = 64;
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final DemoTarget target;
  private final int peerPort;
  private final int sockets;
  private final ProgressBar silent;

  /**
   * @param peerPort a peer that serves pieces slowly
   */
  DemoLoad(DemoTarget target, int peerPort, int sockets) {
    this.target = target;
    this.peerPort = peerPort;
    this.sockets = sockets;
    this.silent = new ProgressBar(new PrintStream(PrintStream.nullOutputStream()), 1);
  }

  /** Runs until it is interrupted. */
  @Override
  public void run() {
    try {
      while (true) {
        download();
        Thread.sleep(PAUSE);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void download() throws InterruptedException {
    try (DemoTransfer transfer = target.connect()) {
      transfer.download(peerPort, sockets * PIECES_OF_A_SOCKET, sockets, silent);
    } catch (IOException e) {
      // The daemon has ended this client; the next one finds out whether it still serves.
    }
  }
}
