package com.jstorrent.iodaemon.config;

import java.util.Objects;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * How the sockets of clients reach their peers. Immutable. Start from {@link #DEFAULT} and use the
 * methods rather than the constructor, which gets another parameter with every new option.
 *
 * @param denyPrivate whether sockets may reach public addresses only, and so no loopback, private,
 *     link-local or multicast ones (PROTOCOL.md § 4.15)
 * @param trust decides which certificates TCP_SECURE accepts and, if it has keys, which certificate is
 *     presented to peers that ask for one; null for the JVM's own trust store, and no certificate to
 *     present
 */
public record NetworkOptions(boolean denyPrivate, @Nullable SSLContext trust) {
  /** All addresses are allowed, and the JVM's own trust store decides. */
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
