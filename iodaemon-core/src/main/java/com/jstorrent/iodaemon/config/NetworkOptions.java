package com.jstorrent.iodaemon.config;

import java.util.Objects;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * How the sockets of clients reach their peers. Immutable. Begin with {@link #DEFAULT}, and change it
 * by its methods rather than by the constructor, which gets a parameter with each new option.
 *
 * @param denyPrivate whether sockets reach public addresses only: no loopback, private, link-local or
 *     multicast ones (PROTOCOL.md § 4.15)
 * @param trust whose certificates TCP_SECURE accepts, and, if it has keys, which certificate it shows
 *     to peers that ask for one; null for the JVM's own trust store, and none
 */
public record NetworkOptions(boolean denyPrivate, @Nullable SSLContext trust) {
  /** All addresses, and the JVM's own trust store. */
  public static final NetworkOptions DEFAULT = new NetworkOptions(false, null);

  /** The same, but with {@link #denyPrivate} as given. */
  public NetworkOptions withDenyPrivate(boolean deny) {
    return new NetworkOptions(deny, trust);
  }

  /** The same, but with {@link #trust} as given. */
  public NetworkOptions withTrust(SSLContext context) {
    return new NetworkOptions(denyPrivate, Objects.requireNonNull(context, "trust"));
  }
}
