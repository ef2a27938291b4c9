package com.jstorrent.iodaemon.testkit;

import com.jstorrent.iodaemon.IoDaemon;
import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.frame.Capability;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.stats.Stats;
import com.jstorrent.iodaemon.transport.ConnectionInfo;
import com.jstorrent.iodaemon.transport.ControlCodec;
import com.jstorrent.iodaemon.transport.DaemonServices;
import com.jstorrent.iodaemon.transport.Endpoint;
import com.jstorrent.iodaemon.transport.InProcessTransport;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** A daemon with the in-process transport, for tests that need no WebSocket. */
public final class TestDaemon implements AutoCloseable {
  public static final String TOKEN = "the token of the tests";

  private final InProcessTransport transport = new InProcessTransport();
  private final IoDaemon daemon;
  private volatile @Nullable DaemonServices services;

  private TestDaemon(IoDaemon.Builder builder) throws IOException {
    daemon =
        builder
            .token(TOKEN)
            .transport(
                offered -> {
                  services = offered;
                  return transport.start(offered);
                })
            .build()
            .start();
  }

  public static TestDaemon start() throws IOException {
    return start(Limits.DEFAULT);
  }

  public static TestDaemon start(Limits limits) throws IOException {
    return new TestDaemon(IoDaemon.builder().limits(limits));
  }

  /** A daemon that keeps its clients to public addresses. */
  public static TestDaemon denyingPrivate() throws IOException {
    return new TestDaemon(IoDaemon.builder().denyPrivate(true));
  }

  /** A daemon with limits and whom it trusts. */
  public static TestDaemon start(Limits limits, SSLContext trust) throws IOException {
    return new TestDaemon(IoDaemon.builder().limits(limits).trust(trust));
  }

  /** A daemon that is described whole, but for its token. */
  public static TestDaemon start(IoDaemon.Builder builder) throws IOException {
    return new TestDaemon(builder);
  }

  /** A client that has not said anything yet. */
  public TestClient stranger() throws IOException {
    return connect(false, null, Endpoint.IO);
  }

  /** A client of {@code /control} that has not said anything yet. */
  public TestClient controlStranger() throws IOException {
    return controlStranger(new PlainControl());
  }

  /** One that is told things in words of the test's own. */
  public TestClient controlStranger(ControlCodec codec) throws IOException {
    return connect(false, null, new Endpoint.Control(codec));
  }

  /** A client of {@code /control} that is through the handshake. */
  public TestClient control(Set<Capability> capabilities)
      throws IOException, InterruptedException {
    TestClient client = controlStranger();
    client.authenticate(TOKEN, capabilities);
    return client;
  }

  /** A client that the transport knows to be trusted, and whose session has this name. */
  public TestClient trusted(String name) throws IOException {
    return connect(true, name, Endpoint.IO);
  }

  private TestClient connect(boolean trusted, @Nullable String name, Endpoint endpoint)
      throws IOException {
    return new TestClient(
        transport.connect(new ConnectionInfo(trusted, name, endpoint, new PlainHello())));
  }

  /** A client that is through the handshake. */
  public TestClient client() throws IOException, InterruptedException {
    return client(Set.of());
  }

  /** A client that is through the handshake and has asked for capabilities. */
  public TestClient client(Set<Capability> capabilities)
      throws IOException, InterruptedException {
    TestClient client = stranger();
    client.authenticate(TOKEN, capabilities);
    return client;
  }

  public IoDaemon daemon() {
    return daemon;
  }

  /** What transports are offered. */
  public DaemonServices services() {
    return Objects.requireNonNull(services);
  }

  public Stats stats() {
    return daemon.stats();
  }

  /** Waits until a counter has this value. */
  public void awaitStat(Counter counter, long value) {
    await(counter + " = " + value, () -> stats().get(counter) == value);
  }

  /** Waits for a condition that nothing signals, for as long as a slow machine may need. */
  public static void await(String what, BooleanSupplier condition) {
    long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("Waited in vain for: " + what);
      }
      LockSupport.parkNanos(20_000); // spinning would take the time that the daemon needs
    }
  }

  @Override
  public void close() {
    daemon.close();
  }
}
