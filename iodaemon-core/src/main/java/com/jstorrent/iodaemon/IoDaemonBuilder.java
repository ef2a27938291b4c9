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
 * Gathers what a daemon needs. A value that makes no sense is refused when it is set, with a message
 * that names the option: null with a {@link NullPointerException}, anything else with an {@link
 * IllegalArgumentException}. Made by {@link IoDaemon#builder}. Not thread-safe.
 *
 * @since 1.0
 */
public final class IoDaemonBuilder {
  private static final Duration LONGEST_IDLE = Duration.ofDays(36_500);

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

  IoDaemonBuilder() {}

  /**
   * The secret that clients have to show: not empty, without control characters, and without a blank at its
   * beginning or end, because no header can carry these. Required.
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
   * Adds download roots. Their folders need not exist: clients can use each as soon as it is there.
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

  /** Adds an origin whose pages may use the daemon, as browsers send it: {@code https://example.org}. */
  public IoDaemonBuilder allowedOrigin(String origin) {
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
  public IoDaemonBuilder origins(AllowedOrigins more) {
    origins.addAll(given("origins", more).origins());
    anyLocalOrigin = more.anyLocal();
    return this;
  }

  /** Whether pages of this machine may use the daemon, whatever their port. Default: no. */
  public IoDaemonBuilder allowAnyLocalOrigin(boolean allow) {
    anyLocalOrigin = allow;
    return this;
  }

  /**
   * All options of the sockets of clients; replaces what {@link #denyPrivate} and {@link #trust} have
   * set before. Default: {@link NetworkOptions#DEFAULT}.
   */
  public IoDaemonBuilder network(NetworkOptions value) {
    network = given("network", value);
    return this;
  }

  /**
   * Whether sockets of clients reach public addresses only: no loopback, private, link-local or
   * multicast ones (PROTOCOL.md § 4.15). What others open to a client's server is not affected.
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

  /** Hears what happens in the daemon. Default: {@link DaemonListener#NONE}. */
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
   * Where roots and origins are read again from, when a client asks for that; they then replace all
   * that were given here. Default: they stay.
   */
  public IoDaemonBuilder profile(Profile.Source value) {
    profile = given("profile", value);
    return this;
  }

  /**
   * Whose certificates TCP_SECURE accepts, and, if the context has keys, which certificate it shows to
   * peers that ask for one. Default: the JVM's own trust store, and none.
   */
  public IoDaemonBuilder trust(SSLContext value) {
    network = network.withTrust(given("trust", value));
    return this;
  }

  /**
   * What all deadlines are counted by; it is closed with the daemon. Default: an {@link AwakeClock},
   * which does not count the time in which the machine sleeps.
   */
  public IoDaemonBuilder clock(MonotonicClock value) {
    clock = given("clock", value);
    return this;
  }

  /**
   * After this time without a session or a request that has shown the token the daemon closes itself
   * (PROTOCOL.md § 1). 100 years at most. Default: zero, which means never.
   */
  public IoDaemonBuilder idleTimeout(Duration value) {
    if (given("idleTimeout", value).isNegative()) {
      throw new IllegalArgumentException(
          "idleTimeout must not be negative, and is " + value + ".");
    }
    if (value.compareTo(LONGEST_IDLE) > 0) {
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
