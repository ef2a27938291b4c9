package com.jstorrent.iodaemon.client;

import com.jstorrent.iodaemon.testkit.TestDaemon;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Waits for a condition that may fail. */
final class TestWait {
  private TestWait() {}

  /** A condition. */
  interface Condition {
    boolean holds() throws IOException;
  }

  static void until(Condition condition) {
    TestDaemon.await(
        "a condition of the test",
        () -> {
          try {
            return condition.holds();
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }
}
