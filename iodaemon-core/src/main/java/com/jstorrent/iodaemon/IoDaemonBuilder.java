package com.jstorrent.iodaemon;

import com.jstorrent.iodaemon.config.AllowedOrigins;
import com.jstorrent.iodaemon.config.DownloadRoot;
import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.config.NetworkOptions;
import com.jstorrent.iodaemon.event.DaemonListener;
import com.jstorrent.iodaemon.event.FolderPicker;
import com.jstorrent.iodaemon.time.AwakeClock;
import com.jstorrent.iodaemon.time.MonotonicClock;
import com.jstorrent.iodaemon.transport.ServerTransport;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Collects the settings of a daemon. A value that makes no sense is rejected when it is set, with a
 * message that names the option: null with a {@link NullPointerException}, anything else with an
 * {@link IllegalArgumentException}. Created by {@link IoDaemon#builder}. Not thread-safe.
 *
 * @since 1.0
 */
public final class IoDaemonBuilder {
  /** An origin as a browser writes it (RFC 6454 § 6.2): in lower case, with nothing after the port. */
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

  IoDaemonBuilder() {}

  /**
   * The secret that clients must present. Required. It must not be empty, and must not contain control
   * characters or begin or end with a blank, because a header cannot carry those. It must be text that
   * UTF-8 can encode, so without a part of a surrogate pair.
   */
  public IoDaemonBuilder token(String value) {
    if (given("token", value).isEmpty()) {
      throw new IllegalArgumentException("token must not be empty.");
    }
    if (value.chars().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException("token must not have control characters.");
    }
    if (!value.equals(value.strip())) {
      throw new IllegalArgumentException("token must not begin or end with a blank.");
    }
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(value)) {
      throw new IllegalArgumentException("token must not have a part of a surrogate pair.");
    }
    token = value;
    return this;
  }

  /**
   * Adds a folder that clients may use, and the key by which they refer to it. Checks that the folder
   * exists, so it may block for as long as the disk does. For folders that come and go, see
   * {@link #roots}.
   *
   * @param key not empty, and not used by another root
   * @param path the absolute path of an existing folder
   */
  public IoDaemonBuilder root(String key, Path path) {
    DownloadRoot root = DownloadRoot.of(key, path);
    if (!Files.isDirectory(path)) {
      throw new IllegalArgumentException(
          "The download root \"" + key + "\" must be a folder that exists.");
    }
    add(root);
    return this;
  }

  /**
   * Adds download roots. Their folders need not exist: clients can use each one as soon as it exists.
   * Does not block.
   */
  public IoDaemonBuilder roots(Collection<DownloadRoot> more) {
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

  /** Adds an origin whose pages may use the daemon, written as browsers do: {@code https://example.org}. */
  public IoDaemonBuilder allowedOrigin(String origin) {
    if (!ORIGIN.matcher(given("allowedOrigin", origin)).matches()) {
      throw new IllegalArgumentException(
          "allowedOrigin must look like https://example.org, and is \"" + origin + "\".");
    }
    origins.add(origin);
    return this;
  }

  /**
   * Adds origins, and sets whether pages served from this machine may use the daemon, whatever their
   * port. A string that is not an origin allows nothing.
   */
  public IoDaemonBuilder origins(AllowedOrigins more) {
    origins.addAll(given("origins", more).origins());
    anyLocalOrigin = more.anyLocal();
    return this;
  }

  /** Whether pages served from this machine may use the daemon, whatever their port. Default: no. */
  public IoDaemonBuilder allowAnyLocalOrigin(boolean allow) {
    anyLocalOrigin = allow;
    return this;
  }

  /**
   * Sets all options of clients' sockets at once, replacing what {@link #denyPrivate} and
   * {@link #trust} have set before. Default: {@link NetworkOptions#DEFAULT}.
   */
  public IoDaemonBuilder network(NetworkOptions value) {
    network = given("network", value);
    return this;
  }

  /**
   * Whether clients' sockets may reach public addresses only, and so no loopback, private, link-local
   * or multicast ones (PROTOCOL.md § 4.15). Incoming connections to a client's server are not affected.
   * Default: no.
   */
  public IoDaemonBuilder denyPrivate(boolean deny) {
    network = network.withDenyPrivate(deny);
    return this;
  }

  /** Default: {@link Limits#DEFAULT}. */
  public IoDaemonBuilder limits(Limits value) {
    limits = given("limits", value);
    return this;
  }

  /** Sets the listener that is notified of events in the daemon. Default: {@link DaemonListener#NONE}. */
  public IoDaemonBuilder listener(DaemonListener value) {
    listener = given("listener", value);
    return this;
  }

  /** Asks the user for another root. Default: {@link FolderPicker#NONE}. */
  public IoDaemonBuilder folderPicker(FolderPicker value) {
    folderPicker = given("folderPicker", value);
    return this;
  }

  /**
   * Where roots and origins are re-read from when a client asks for it; they then replace all those
   * that were set here. Default: none, so the roots and origins set here stay.
   */
  public IoDaemonBuilder profile(Profile.Source value) {
    profile = given("profile", value);
    return this;
  }

  /**
   * Decides which certificates TCP_SECURE accepts and, if the context has keys, which certificate is
   * presented to peers that ask for one. Default: the JVM's own trust store, and no certificate to
   * present.
   */
  public IoDaemonBuilder trust(SSLContext value) {
    network = network.withTrust(given("trust", value));
    return this;
  }

  /**
   * The clock for all deadlines; it is closed with the daemon. Default: an {@link AwakeClock}, which
   * does not count the time during which the machine sleeps.
   */
  public IoDaemonBuilder clock(MonotonicClock value) {
    clock = given("clock", value);
    return this;
  }

  /**
   * How long the daemon goes without a session or a request that has shown the token before it closes
   * itself (PROTOCOL.md § 1). At most 100 years. Default: zero, which means never.
   */
  public IoDaemonBuilder idleTimeout(Duration value) {
    if (given("idleTimeout", value).isNegative()) {
      throw new IllegalArgumentException(
          "idleTimeout must not be negative, and is " + value + ".");
    }
    if (value.compareTo(Limits.LONGEST_TIME) > 0) {
      throw new IllegalArgumentException("idleTimeout must be at most 100 years.");
    }
    idleTimeout = value;
    return this;
  }

  /** Adds a transport. Without any, no client can connect. */
  public IoDaemonBuilder transport(ServerTransport transport) {
    transports.add(given("transport", transport));
    return this;
  }

  /**
   * Builds the daemon, without starting anything.
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
