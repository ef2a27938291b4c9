package com.jstorrent.iodaemon.client;

import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Connects through another connector, and cuts the connection when it is told to. */
final class CuttableConnector implements FrameLink.Connector {
  private final FrameLink.Connector other;
  private volatile @Nullable FrameLink latest;
  private volatile @Nullable FrameLink cut;

  CuttableConnector(FrameLink.Connector other) {
    this.other = other;
  }

  @Override
  public FrameLink connect(Duration timeout) throws IOException, InterruptedException {
    FrameLink link = other.connect(timeout);
    latest = link;
    return link;
  }

  void cut() {
    FrameLink link = latest;
    if (link != null) {
      cut = link;
      link.abort();
    }
  }

  /** Whether the latest connection was cut. */
  boolean isCut() {
    return cut == latest;
  }

  @Override
  public void close() {
    other.close();
  }
}
