package com.jstorrent.iodaemon.client.address;

import java.net.URI;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;

/** What the addresses of a daemon have in common. */
public final class DaemonAddress {
  private static final Set<String> HOSTS = Set.of("127.0.0.1", "localhost", "[::1]");

  private DaemonAddress() {}

  /**
   * Whether a daemon may be at this address: a port of this machine, by one of the names that a daemon answers to
   * (PROTOCOL.md § 2.1). The token must not leave the machine.
   *
   * @param schemes in lower case
   */
  public static boolean isOne(URI address, String... schemes) {
    String scheme = address.getScheme();
    String host = address.getHost();
    return scheme != null
        && Arrays.asList(schemes).contains(scheme.toLowerCase(Locale.ROOT))
        && host != null
        && HOSTS.contains(host.toLowerCase(Locale.ROOT))
        && address.getPort() >= 0
        && address.getRawUserInfo() == null;
  }
}
