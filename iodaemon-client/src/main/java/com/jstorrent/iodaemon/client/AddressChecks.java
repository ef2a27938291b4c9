package com.jstorrent.iodaemon.client;

/** Checks the hosts and ports that callers give before they go into a frame. */
final class AddressChecks {
  private static final int HIGHEST = 65_535;

  private AddressChecks() {}

  static int checkPort(int port) {
    if (port < 0 || port > HIGHEST) {
      throw new IllegalArgumentException("A port is a number from 0 to 65535, not " + port + '.');
    }
    return port;
  }

  static String checkHost(String host) {
    if (host.isEmpty()) {
      throw new IllegalArgumentException("The host must be a name or an address, not empty.");
    }
    return host;
  }
}
