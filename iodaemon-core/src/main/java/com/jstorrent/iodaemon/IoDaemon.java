package com.jstorrent.iodaemon;

import com.jstorrent.iodaemon.config.AllowedOrigins;
import com.jstorrent.iodaemon.config.DownloadRoot;
import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.config.NetworkOptions;
import com.jstorrent.iodaemon.event.DaemonListener;
import com.jstorrent.iodaemon.event.FolderPicker;
import com.jstorrent.iodaemon.stats.Counters;
import com.jstorrent.iodaemon.stats.DaemonHealth.State;
import com.jstorrent.iodaemon.stats.DaemonHealth;
import com.jstorrent.iodaemon.stats.DaemonReport;
import com.jstorrent.iodaemon.stats.SessionReport;
import com.jstorrent.iodaemon.time.AwakeClock;
import com.jstorrent.iodaemon.time.MonotonicClock;
import com.jstorrent.iodaemon.transport.BoundTransport;
import com.jstorrent.iodaemon.transport.ServerTransport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The daemon: relays the sockets of its clients and serves files, through the transports that it
 * was given. Made by {@link #builder}, started once, closed once. Any thread may call its methods.
 *
 * <p><b>Threads.</b> Building a daemon starts none, {@link #start} starts what it needs. All of them are
 * daemon threads, named {@code iodaemon-…}, but for {@code iodaemon-shutdown}, on which a daemon closes
 * itself: so a running daemon does not keep a JVM alive, and a program that does nothing else calls {@link
 * #awaitClosed} on its main thread. The daemon never ends the JVM, sets no handler of signals and installs
 * no shutdown hook: whether it is closed when the JVM ends is the embedder's decision. After {@link #close}
 * its threads end by themselves.
 *
 * <p>No method reveals the token, and none that returns data lets the caller change the daemon by it.
 *
 * @since 1.0
 */
public final class IoDaemon implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(IoDaemon.class);

  private final DaemonListener listener;
  private final List<ServerTransport> transports;
  private final Services services;
  private final Deque<BoundTransport> bound = new ArrayDeque<>(); // guarded by this; last first
  private boolean closed; // guarded by this
  private final AtomicBoolean begun = new AtomicBoolean();
  private final @Nullable AwakeClock ownClock;
  private volatile State state = State.NEW;
  private final AtomicBoolean shutdownRequested = new AtomicBoolean();
  private final CountDownLatch over = new CountDownLatch(1);
  private volatile int port;

  private IoDaemon(Builder builder) throws IOException {
    transports = List.copyOf(builder.transports);
    ownClock =
        builder.clock == null ? AwakeClock.unstarted(builder.listener::onFailed) : null;
    MonotonicClock clock = ownClock == null ? builder.clock : ownClock;
    try {
      services = new Services(builder, clock, this::requestShutdown);
    } catch (IOException | RuntimeException e) {
      clock.close();
      throw e;
    }
    listener = services.listener();
  }

  public static Builder builder() {
    return new Builder();
  }

  /**
   * Starts the transports. When it returns, clients are served.
   *
   * @return this daemon
   * @throws IOException when a transport cannot start, with a sentence that tells why; the daemon
   *     is closed then
   * @throws IllegalStateException when it was started before
   */
  public synchronized IoDaemon start() throws IOException {
    if (closed || !begun.compareAndSet(false, true)) {
      throw new IllegalStateException("A daemon is started once; build another one.");
    }
    try {
      if (ownClock != null) {
        ownClock.start();
      }
      services.start();
      for (ServerTransport transport : transports) {
        bound.push(transport.start(services));
        services.protectPort(bound.element().port());
        port = port == 0 ? bound.element().port() : port;
      }
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
    state = State.RUNNING;
    listener.onStarted(port);
    return this;
  }

  /** Whether clients are served: {@link #start} has returned, and nothing has closed it yet. */
  public boolean isRunning() {
    return state == State.RUNNING;
  }

  /**
   * The TCP port on 127.0.0.1 that clients connect to; that of the first transport that has one, or 0 when
   * none has. It stays known after the end.
   *
   * @throws IllegalStateException before {@link #start}, when it is not known yet
   */
  public int port() {
    if (state == State.NEW) {
      throw new IllegalStateException(
          "The daemon has no port yet; call start() before port().");
    }
    return port;
  }

  /** The daemon's counters, to be read; they change as it runs. */
  public Counters stats() {
    return services.counters();
  }

  /** The authenticated sessions as they are now, parked ones included. */
  public List<SessionReport> sessions() {
    return services.directory().report().sessions();
  }

  /** How the daemon is now. Does not block, so it says nothing about disks. */
  public DaemonHealth health() {
    State now = state;
    DaemonReport report = services.directory().report();
    return new DaemonHealth(
        now, now == State.NEW ? 0 : port, report.uptime(), report.sessions().size(),
        services.held());
  }

  /** The download roots, in the order in which they were given; the list does not change. */
  public List<DownloadRoot> roots() {
    return services.downloadRoots().all();
  }

  /**
   * Replaces all download roots, with effect from the next request on; clients on {@code /control} are
   * told. Their folders need not exist. Does not block.
   *
   * @throws IllegalArgumentException when two roots have the same key; nothing has changed then
   */
  public void replaceRoots(Collection<DownloadRoot> roots) {
    Objects.requireNonNull(roots, "roots must not be null.");
    services.downloadRoots().replace(List.copyOf(roots));
  }

  /** What it does and where, for logs; without the token, and without paths. */
  @Override
  public String toString() {
    return switch (state) {
      case NEW -> "IoDaemon[not started]";
      case RUNNING ->
          "IoDaemon[running, port " + port + ", sessions " + sessions().size() + "]";
      case CLOSED -> "IoDaemon[closed]";
    };
  }

  /**
   * Takes no more requests, closes every session with 1001 and lets writes in flight finish. Blocks
   * for a few seconds at most. Closing again does nothing. Also for a daemon that was never started:
   * its threads end.
   */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    state = State.CLOSED;
    try {
      services.cancel();
      bound.forEach(BoundTransport::drain);
      services.closeSessions();
      bound.forEach(BoundTransport::close);
      services.close();
      if (begun.get()) {
        listener.onStopped();
      }
    } finally {
      over.countDown();
    }
  }

  /**
   * Waits until the daemon is closed: by {@link #close}, by a client's request (PROTOCOL.md § 5.4), or by
   * {@link Builder#idleTimeout}. For the main thread of a program that is nothing but a daemon: its
   * other threads do not keep the JVM alive. When it returns, all transports have ended.
   *
   * @throws InterruptedException when the waiting thread is interrupted; the daemon goes on
   */
  public void awaitClosed() throws InterruptedException {
    over.await();
  }

  /** On a thread of its own, because those who ask are among those that closing waits for. */
  private void requestShutdown() {
    if (shutdownRequested.compareAndSet(false, true)) {
      LOG.info("The daemon was asked to end.");
      Thread.ofPlatform().name("iodaemon-shutdown").start(this::close);
    }
  }

  /**
   * Gathers what a daemon needs. A value that makes no sense is refused when it is set, with a message
   * that names the option: null with a {@link NullPointerException}, anything else with an {@link
   * IllegalArgumentException}. Not thread-safe.
   */
  public static final class Builder {
    /** As a browser writes one (RFC 6454 § 6.2): lower case, and nothing behind the port. */
    private static final Pattern ORIGIN =
        Pattern.compile("[a-z][a-z0-9+.-]*://(?:[a-z0-9._-]+|\\[[0-9a-f:.]+])(?::[0-9]{1,5})?");

    String token = "";
    final List<DownloadRoot> roots = new ArrayList<>();
    final Set<String> origins = new LinkedHashSet<>();
    boolean anyLocalOrigin;
    NetworkOptions network = NetworkOptions.DEFAULT;
    Limits limits = Limits.DEFAULT;
    DaemonListener listener = DaemonListener.NONE;
    FolderPicker folderPicker = FolderPicker.NONE;
    Profile.@Nullable Source profile;
    @Nullable
    MonotonicClock clock;
    Duration idleTimeout = Duration.ZERO;
    final List<ServerTransport> transports = new ArrayList<>();

    private Builder() {}

    /**
     * The secret that clients have to show: not empty, and without control characters, which no header can
     * carry. Required.
     */
    public Builder token(String value) {
      if (given("token", value).isEmpty()) {
        throw new IllegalArgumentException("token must not be empty.");
      }
      if (value.chars().anyMatch(Character::isISOControl)) {
        throw new IllegalArgumentException("token must not have control characters.");
      }
      token = value;
      return this;
    }

    /**
     * Adds a folder that clients may use, under a key that they name it by. Looks whether it is there,
     * so it may block as long as its disk does. For folders that come and go see {@link #roots}.
     *
     * @param key not empty, and no other root's
     * @param path absolute, of a folder that exists
     */
    public Builder root(String key, Path path) {
      DownloadRoot root = DownloadRoot.of(key, path);
      if (!Files.isDirectory(path)) {
        throw new IllegalArgumentException(
            "The download root \"" + key + "\" must be a folder that exists.");
      }
      add(root);
      return this;
    }

    /**
     * Adds download roots. Their folders need not exist: clients can use each as soon as it is there.
     * Does not block.
     */
    public Builder roots(Collection<DownloadRoot> more) {
      for (DownloadRoot root : given("roots", more)) {
        add(given("roots", root));
      }
      return this;
    }

    private void add(DownloadRoot root) {
      if (roots.stream().anyMatch(other -> other.key().equals(root.key()))) {
        throw new IllegalArgumentException(
            "Two download roots have the key \"" + root.key() + "\".");
      }
      roots.add(root);
    }

    /** Adds an origin whose pages may use the daemon, as browsers send it: {@code https://example.org}. */
    public Builder allowedOrigin(String origin) {
      if (!ORIGIN.matcher(given("allowedOrigin", origin)).matches()) {
        throw new IllegalArgumentException(
            "allowedOrigin must look like https://example.org, and is \"" + origin + "\".");
      }
      origins.add(origin);
      return this;
    }

    /**
     * Adds origins, and says whether pages of this machine may use the daemon, whatever their port. What
     * is no origin allows nothing.
     */
    public Builder origins(AllowedOrigins more) {
      origins.addAll(given("origins", more).origins());
      anyLocalOrigin = more.anyLocal();
      return this;
    }

    /** Whether pages of this machine may use the daemon, whatever their port. Default: no. */
    public Builder allowAnyLocalOrigin(boolean allow) {
      anyLocalOrigin = allow;
      return this;
    }

    /**
     * All options of the sockets of clients; replaces what {@link #denyPrivate} and {@link #trust} have
     * set before. Default: {@link NetworkOptions#DEFAULT}.
     */
    public Builder network(NetworkOptions value) {
      network = given("network", value);
      return this;
    }

    /**
     * Whether sockets of clients reach public addresses only: no loopback, private, link-local or
     * multicast ones (PROTOCOL.md § 4.15). What others open to a client's server is not affected.
     * Default: no.
     */
    public Builder denyPrivate(boolean deny) {
      network = network.withDenyPrivate(deny);
      return this;
    }

    /** Default: {@link Limits#DEFAULT}. */
    public Builder limits(Limits value) {
      limits = given("limits", value);
      return this;
    }

    /** Hears what happens in the daemon. Default: {@link DaemonListener#NONE}. */
    public Builder listener(DaemonListener value) {
      listener = given("listener", value);
      return this;
    }

    /** Asks the user for another root. Default: {@link FolderPicker#NONE}. */
    public Builder folderPicker(FolderPicker value) {
      folderPicker = given("folderPicker", value);
      return this;
    }

    /**
     * Where roots and origins are read again from, when a client asks for that; they then replace all
     * that were given here. Default: they stay.
     */
    public Builder profile(Profile.Source value) {
      profile = given("profile", value);
      return this;
    }

    /**
     * Whose certificates TCP_SECURE accepts, and, if the context has keys, which certificate it shows to
     * peers that ask for one. Default: the JVM's own trust store, and none.
     */
    public Builder trust(SSLContext value) {
      network = network.withTrust(given("trust", value));
      return this;
    }

    /**
     * What all deadlines are counted by; it is closed with the daemon. Default: an {@link AwakeClock},
     * which does not count the time in which the machine sleeps.
     */
    public Builder clock(MonotonicClock value) {
      clock = given("clock", value);
      return this;
    }

    /**
     * After this time without a session or a request that has shown the token the daemon closes itself
     * (PROTOCOL.md § 1). Default: zero, which means never.
     */
    public Builder idleTimeout(Duration value) {
      if (given("idleTimeout", value).isNegative()) {
        throw new IllegalArgumentException(
            "idleTimeout must not be negative, and is " + value + ".");
      }
      idleTimeout = value;
      return this;
    }

    /** Adds a transport. Without any, no client can connect. */
    public Builder transport(ServerTransport transport) {
      transports.add(given("transport", transport));
      return this;
    }

    /**
     * The daemon, which starts nothing yet.
     *
     * @throws IllegalArgumentException when the token is missing
     * @throws IOException when the system has no descriptor left
     */
    public IoDaemon build() throws IOException {
      return new IoDaemon(this);
    }

    String requireToken() {
      if (token.isEmpty()) {
        throw new IllegalArgumentException("A daemon needs a token; set one with token(…).");
      }
      return token;
    }

    private static <T> T given(String option, T value) {
      return Objects.requireNonNull(value, () -> option + " must not be null.");
    }
  }
}
