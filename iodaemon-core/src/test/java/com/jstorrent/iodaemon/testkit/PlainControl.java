package com.jstorrent.iodaemon.testkit;

import com.jstorrent.iodaemon.stats.DaemonReport;
import com.jstorrent.iodaemon.stats.RootStatus;
import com.jstorrent.iodaemon.transport.ControlCodec;
import java.util.List;
import java.util.stream.Collectors;

/** Events of {@code /control} without JSON: roots as "key+" or "key-", sessions by number. */
final class PlainControl implements ControlCodec {
  @Override
  public String roots(List<RootStatus> roots) {
    return roots.stream()
        .map(root -> root.root().key() + (root.available() ? "+" : "-"))
        .collect(Collectors.joining(" "));
  }

  @Override
  public String stats(DaemonReport report) {
    return report.sessions()
        .stream()
        .map(session -> session.name().number() + "/" + session.name().endpoint())
        .collect(Collectors.joining(" "));
  }
}
