package com.jstorrent.iodaemon.net.relay;

import java.util.function.BooleanSupplier;

/**
 * The handler of a loop whose thread lasts: the loop waits for channels without a limit, and stops
 * serving them only for a pause.
 */
record LastingLoopHandler(BooleanSupplier pause, Runnable onBulkNext)
    implements SelectorLoop.Handler {
  LastingLoopHandler(BooleanSupplier pause) {
    this(pause, () -> {});
  }

  @Override
  public void bulkNext() {
    onBulkNext.run();
  }

  @Override
  public void roundOver() {}

  @Override
  public long waitMillis() {
    return 0;
  }

  @Override
  public boolean paused() {
    return pause.getAsBoolean();
  }

  @Override
  public void idle() {}

  @Override
  public boolean expectsChannels() {
    return true;
  }
}
