package com.jstorrent.iodaemon.net.relay;

import java.nio.channels.SelectionKey;

/** The object behind a channel that a {@link SelectorLoop} watches; it serves the channel. */
@FunctionalInterface
public interface Selectable {
  /** The channel is ready for what the key has asked for. On the loop's thread; never blocks. */
  void ready(SelectionKey key);

  /**
   * Whether this channel is in the middle of a bulk transfer, so that the others that are ready are served before it. On
   * the loop's thread.
   */
  default boolean isBulk() {
    return false;
  }
}
