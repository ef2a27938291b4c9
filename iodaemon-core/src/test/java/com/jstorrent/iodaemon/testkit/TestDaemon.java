package com.jstorrent.iodaemon.testkit;

import com.jstorrent.iodaemon.IoDaemon;
import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.stats.Stats;
import com.jstorrent.iodaemon.transport.InProcessTransport;
import java.io.IOException;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/** A daemon with the in-process transport, for tests that need no WebSocket. */
public final class TestDaemon implements AutoCloseable {
  public static final String TOKEN = "the token of the tests";

  private final InProcessTransport transport = new InProcessTransport();
  private final IoDaemon daemon;

  private TestDaemon(Limits limits) throws IOException {
    daemon = IoDaemon.builder().token(TOKEN).limits(limits).transport(transport).build().start();
  }

  public static TestDaemon start() throws IOException {
    return start(Limits.DEFAULT);
  }

  public static TestDaemon start(Limits limits) throws IOException {
    return new TestDaemon(limits);
  }

  /** A client that has not said anything yet. */
  public TestClient stranger() throws IOException {
    return new TestClient(transport.connect());
  }

  /** A client that is through the handshake. */
  public TestClient client() throws IOException, InterruptedException {
    TestClient client = stranger();
    client.authenticate(TOKEN);
    return client;
  }

  public Stats stats() {
    return daemon.stats();
  }

  /** Waits until a counter has this value. */
  public void awaitStat(Counter counter, long value) throws InterruptedException {
    await(counter + " = " + value, () -> stats().get(counter) == value);
  }

  /** Waits for a condition that nothing signals, for as long as a slow machine may need. */
  public static void await(String what, BooleanSupplier condition) throws InterruptedException {
    long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("Waited in vain for: " + what);
      }
      Thread.onSpinWait();
      Thread.yield();
    }
  }

  @Override
  public void close() {
    daemon.close();
  }
}
