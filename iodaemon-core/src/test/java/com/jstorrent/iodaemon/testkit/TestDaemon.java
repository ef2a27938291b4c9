package com.jstorrent.iodaemon.testkit;

import com.jstorrent.iodaemon.IoDaemon;
import com.jstorrent.iodaemon.IoDaemonBuilder;
import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.frame.Capability;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.stats.Counters;
import com.jstorrent.iodaemon.transport.ConnectionInfo;
import com.jstorrent.iodaemon.transport.ControlCodec;
import com.jstorrent.iodaemon.transport.Endpoint;
import com.jstorrent.iodaemon.transport.InProcessTransport;
import com.jstorrent.iodaemon.transport.service.RequestServices;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** A daemon with the in-process transport, for tests that need no WebSocket. */
public final class TestDaemon implements AutoCloseable {
  private static final Set<Counter> OF_PROCESS =
      Set.of(Counter.MEMORY_LIMIT, Counter.HEAP_BYTES, Counter.RESIDENT_BYTES);

  public static final String TOKEN = "the token of the tests";

  private final InProcessTransport transport = new InProcessTransport();
  private final IoDaemon daemon;
  private volatile @Nullable RequestServices services;

  private TestDaemon(IoDaemonBuilder builder) throws IOException {
    daemon =
        builder
            .token(TOKEN)
            .transport(
                offered -> {
                  services = RequestServices.of(offered);
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

  /** A daemon whose clients may connect to public addresses only. */
  public static TestDaemon denyingPrivate() throws IOException {
    return new TestDaemon(IoDaemon.builder().denyPrivate(true));
  }

  /** A daemon with these limits and these trusted certificates. */
  public static TestDaemon start(Limits limits, SSLContext trust) throws IOException {
    return new TestDaemon(IoDaemon.builder().limits(limits).trust(trust));
  }

  /** A daemon built by this builder, whose token and transport are set here. */
  public static TestDaemon start(IoDaemonBuilder builder) throws IOException {
    return new TestDaemon(builder);
  }

  /** A client that has not sent anything yet. */
  public TestClient unauthenticatedClient() throws IOException {
    return connect(false, null, Endpoint.IO);
  }

  /** A client of {@code /control} that has not sent anything yet. */
  public TestClient unauthenticatedControlClient() throws IOException {
    return unauthenticatedControlClient(new PlainControl());
  }

  /** The same, with events encoded by the test's codec. */
  public TestClient unauthenticatedControlClient(ControlCodec codec) throws IOException {
    return connect(false, null, new Endpoint.Control(codec));
  }

  /** A client of {@code /control} that has authenticated. */
  public TestClient control(Set<Capability> capabilities)
      throws IOException, InterruptedException {
    TestClient client = unauthenticatedControlClient();
    client.authenticate(TOKEN, capabilities);
    return client;
  }

  /** A client that the transport trusts, so that it needs no handshake; its session has this name. */
  public TestClient trusted(String name) throws IOException {
    return connect(true, name, Endpoint.IO);
  }

  private TestClient connect(boolean trusted, @Nullable String name, Endpoint endpoint)
      throws IOException {
    return new TestClient(
        transport.connect(new ConnectionInfo(trusted, name, endpoint, new PlainHello())));
  }

  /** A client that has authenticated. */
  public TestClient client() throws IOException, InterruptedException {
    return client(Set.of());
  }

  /** A client that has authenticated and has asked for capabilities. */
  public TestClient client(Set<Capability> capabilities)
      throws IOException, InterruptedException {
    TestClient client = unauthenticatedClient();
    client.authenticate(TOKEN, capabilities);
    return client;
  }

  public IoDaemon daemon() {
    return daemon;
  }

  /** The services that transports get. */
  public RequestServices services() {
    return Objects.requireNonNull(services);
  }

  public Counters stats() {
    return daemon.stats();
  }

  /** The gauges that are 0 when there is no client. */
  public static List<Counter> clientGauges() {
    return Stream.of(Counter.values())
        .filter(counter -> counter.kind() == Counter.Kind.GAUGE)
        .filter(gauge -> !OF_PROCESS.contains(gauge))
        .toList();
  }

  /** Waits until a counter has this value. */
  public void awaitStat(Counter counter, long value) {
    await(counter + " = " + value, () -> stats().get(counter) == value);
  }

  /** Polls until the condition holds, for as long as a slow machine may need. */
  public static void await(String what, BooleanSupplier condition) {
    long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("Waited in vain for: " + what);
      }
      LockSupport.parkNanos(20_000); // spinning would take CPU time from the daemon
    }
  }

  @Override
  public void close() {
    daemon.close();
  }
}
