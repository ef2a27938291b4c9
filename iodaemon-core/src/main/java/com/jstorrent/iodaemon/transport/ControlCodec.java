package com.jstorrent.iodaemon.transport;

import com.jstorrent.iodaemon.stats.DaemonReport;
import com.jstorrent.iodaemon.stats.RootStatus;
import java.util.List;

/**
 * Writes the JSON bodies of the frames on {@code /control} (PROTOCOL.md § 3). An interface, because
 * core has no JSON library. Any thread.
 */
public interface ControlCodec {

  /** The array that ROOTS_CHANGED carries. */
  String roots(List<RootStatus> roots);

  /** The object that EVENT carries for the capability {@code stats}. */
  String stats(DaemonReport report);
}
