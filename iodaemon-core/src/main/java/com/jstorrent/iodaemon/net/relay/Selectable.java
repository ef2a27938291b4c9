package com.jstorrent.iodaemon.net.relay;

import java.nio.channels.SelectionKey;

/** What stands behind a channel that a {@link SelectorLoop} watches: it serves the channel itself. */
@FunctionalInterface
public interface Selectable {
  /** The channel is ready for what the key has asked for. On the loop's thread; never blocks. */
  void ready(SelectionKey key);
}
